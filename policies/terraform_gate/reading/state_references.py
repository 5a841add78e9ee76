"""Values that a plan read from another stack's state, turned back into references to that stack.

A plan over an applied stack knows `arn:aws:kms:...:key/1234` where the JSON says `${...key_arn}`. The other stack, seen
through its JSON, has no such ARN; so that both meet, the plan's value becomes the reference it was read through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from terraform_gate.reading.evaluation import Scope
from terraform_gate.reading.expression import is_known

_UNMISTAKABLE = re.compile(r"arn:[\w-]+:\S+:\S+|(?:vpc|subnet|sg|pl|vpce|rtb)-[0-9a-z]{6,}")
"""Names that AWS makes unique. Anything else (a number, a name of ours) may stand somewhere by chance."""


def remembered(document: Mapping[str, Any], scope: Scope) -> Mapping[str, str]:
    """Map each value that `document` (a plan) read from a neighbour's state to what that neighbour's JSON calls it."""
    found: dict[str, str] = {}
    for label, outputs in _remote_states(document):
        for name, value in outputs.items():
            values = value if isinstance(value, list) else [value]
            written = _written(scope, f"${{data.terraform_remote_state.{label}.outputs.{name}}}")
            names = written if isinstance(written, list) else [written]
            if len(values) == len(names):
                found |= {
                    old: new
                    for old, new in zip(values, names, strict=True)
                    if isinstance(old, str)
                    and _UNMISTAKABLE.fullmatch(old)
                    and isinstance(new, str)
                    and not is_known(new)
                }
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def recalled(value: Any, memory: Mapping[str, str]) -> Any:
    """`value` with every remembered value in it, also inside of longer texts, replaced by its reference."""
    if isinstance(value, str):
        for old, new in memory.items():
            value = re.sub(rf"{re.escape(old)}(?![\w-])", _literally(new), value)
        return value
    if isinstance(value, Mapping):
        return {key: recalled(item, memory) for key, item in value.items()}
    if isinstance(value, list):
        return [recalled(item, memory) for item in value]
    return value


def _literally(text: str) -> Callable[[object], str]:
    return lambda _found: text


def _written(scope: Scope, expression: str) -> Any:
    try:
        return scope.evaluate(expression)
    except LookupError:
        return None


def _remote_states(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    prior = document.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", [])
    for item in prior:
        if item.get("type") == "terraform_remote_state":
            yield item["name"], (item.get("values") or {}).get("outputs") or {}
