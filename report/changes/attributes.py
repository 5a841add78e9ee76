"""The changed arguments of a resource, with secrets masked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from environments.secret_text import MASK, is_secret, masked

LATER = "(known after apply)"
LONGEST = 160
MOST = 40


@dataclass(frozen=True)
class Attribute:
    """An argument with its old and new value in one line each."""

    name: str
    before: str
    after: str


def changed_attributes(change: Mapping[str, Any]) -> Iterator[Attribute]:
    """Yield the arguments whose values differ, at most ``MOST``."""
    before, after = _mapping(change.get("before")), _mapping(change.get("after"))
    unknown = _mapping(change.get("after_unknown"))
    hidden = _mapping(change.get("before_sensitive")), _mapping(change.get("after_sensitive"))
    wholly = [change.get(name) is True for name in ("before_sensitive", "after_sensitive")]
    shown = 0
    for name in sorted({*before, *after, *unknown}):
        old, new = before.get(name), after.get(name)
        later = bool(unknown.get(name))
        if (old == new and not later) or shown == MOST:
            continue
        shown += 1
        secret = any(wholly) or any(side.get(name) for side in hidden)
        yield Attribute(name, _text(name, old, secret), LATER if later and new is None else _text(name, new, secret))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(name: str, value: Any, secret: bool) -> str:
    if value is None:
        return "(none)"
    if secret:
        return MASK
    text = value if isinstance(value, str) else json.dumps(_without_secrets(value), sort_keys=True)
    if isinstance(value, str) and value.startswith(("{", "[")):
        text = _masked_json(value)
    if is_secret(name, text):
        return MASK
    safe = masked(text)
    return safe if len(safe) <= LONGEST else safe[:LONGEST] + " ..."


def _masked_json(text: str) -> str:
    """A JSON document, such as container definitions, without the values of secrets in it."""
    try:
        return json.dumps(_without_secrets(json.loads(text)), sort_keys=True)
    except ValueError:
        return text


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    named = str(value.get("name", ""))
    return {
        key: MASK
        if isinstance(item, str) and (is_secret(str(key), item) or (key == "value" and is_secret(named, item)))
        else _without_secrets(item)
        for key, item in value.items()
    }
