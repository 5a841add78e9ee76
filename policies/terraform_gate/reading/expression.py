"""Terraform's `${...}` expressions inside plain JSON values.

A value of a `Configuration` is plain JSON data. A string that holds an unescaped `${` is *not known*: it is either a
reference to a resource (`${dev-foundation//aws_vpc.main.id}`, qualified with its stack) or an expression that nobody
can evaluate before the apply. Nothing else marks an unknown value, so one test is enough everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

UNKNOWN = "${unknown}"
"""What a plan calls "known after apply", with nothing to refer to."""

_IDENTITIES = frozenset({"", "id", "arn", "name", "bucket", "key", "family", "json", "url"})
_OPENING = re.compile(r"(?<!\$)\$\{")
_BRACE = re.compile(r"[{}]")
_REFERENCE = re.compile(
    r"(?<![\w.\-/\"])(?P<stack>[\w.-]+//)?"
    r"(?P<module>(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)"
    r"(?P<data>data\.)?(?P<type>[a-z][a-z0-9]*_\w+)\.(?P<name>[\w-]+)(?P<index>\[[^\]]*\])?"
    r"(?P<attribute>(?:\.[\w-]+|\[[^\]]*\])*)"
)


@dataclass(frozen=True)
class Reference:
    """One mention of a resource: `key` is `stack//address`, `attribute` what is read from it (`""` for the whole)."""

    key: str
    attribute: str

    def __str__(self) -> str:
        """Give the reference as a value holds it."""
        dot = "." if self.attribute and not self.attribute.startswith("[") else ""
        return f"${{{self.key}{dot}{self.attribute}}}"


def is_known(value: Any) -> bool:
    """Tell whether nothing in `value`, at any depth, waits for the apply."""
    return not any(True for _ in expressions(value))


def expressions(value: Any) -> Iterator[str]:
    """Yield the inside of every `${...}` in `value`, at any depth, keys of maps included."""
    if isinstance(value, str):
        for start, end in spans(value):
            yield value[start + 2 : end - 1]
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from expressions(key)
            yield from expressions(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from expressions(item)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end (exclusive) of every outermost `${...}` in `text`; an unclosed one ends with the text."""
    position = 0
    while opening := _OPENING.search(text, position):
        position = _closing(text, opening.end())
        yield opening.start(), position


def _closing(text: str, start: int) -> int:
    depth = 1
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.end()
    return len(text)


def references(value: Any) -> tuple[Reference, ...]:
    """List every mention of a resource in `value`, at any depth, in order, without duplicates."""
    found = (_as_reference(match) for inside in expressions(value) for match in _REFERENCE.finditer(inside))
    return tuple(dict.fromkeys(found))


def reference(value: Any) -> Reference | None:
    """Give the reference that `value` consists of, or None when it is anything else (a literal, a template, a call)."""
    if not isinstance(value, str):
        return None
    only = list(spans(value))
    if only != [(0, len(value))]:
        return None
    match = _REFERENCE.fullmatch(value[2:-1].strip())
    return _as_reference(match) if match else None


def names_resource(value: Any) -> bool:
    """Tell whether `value` is one reference that says *which* resource is meant: its id, ARN or name."""
    target = reference(value)
    return target is not None and is_identity(target.attribute)


def is_identity(attribute: str) -> bool:
    """Tell whether an attribute names its resource. Such references stay symbolic, whatever else is known."""
    return attribute in _IDENTITIES or attribute.endswith(("_id", "_arn", "_name"))


def is_wholly_unknown(value: str) -> bool:
    """Tell whether `value` is one expression that mentions no resource: a variable without a default, for one."""
    return list(spans(value)) == [(0, len(value))] and not references(value)


def document(value: Any) -> Any:
    """Parse a JSON document that Terraform carries as a string (a policy, container definitions).

    Returns the data, with `${...}` left in its strings; the value itself when it is data already; None when it is no
    JSON document, or one that says two things under one key (then it is not judged, or not legal).
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, object_pairs_hook=unique)
    except ValueError:
        return None


class RepeatedKeyError(ValueError):
    """A key stands twice in one object: readers of JSON differ in which value they take."""


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON. Raises RepeatedKeyError; to be given to `json.loads` as `object_pairs_hook`."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedKeyError(repr(next(name for name in names if names.count(name) > 1)))
    return made


def _as_reference(match: re.Match[str]) -> Reference:
    part = {name: text or "" for name, text in match.groupdict().items()}
    address = f"{part['module']}{part['data']}{part['type']}.{part['name']}{part['index']}"
    return Reference(key=part["stack"] + address, attribute=part["attribute"].removeprefix("."))


def qualify(inside: str, *, prefix: str) -> str:
    """Put `stack//module.` before every resource that the expression mentions, unless it has a stack already."""
    return _REFERENCE.sub(lambda match: match[0] if match["stack"] else f"{prefix}{match[0]}", inside)
