"""Replaces values that a plan read from another stack's state by references to that stack.

A plan that reads the state of an applied stack contains ``arn:aws:kms:...:key/1234`` where Terraform JSON contains
``${...key_arn}``. The resources of the other stack, read from its JSON, have no such ARN, so the value is replaced by
the reference; rules then find the resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.reading.evaluation import Scope
from terraform_gate.reading.expression import is_known, marked

_REPOSITORY = re.compile(r"\d{12}\.dkr\.ecr\.[\w.-]+/\S+")
_UNMISTAKABLE = re.compile(rf"arn:[\w-]+:\S+:\S+|(?:vpc|subnet|sg|pl|vpce|rtb)-[0-9a-z]{{6,}}|{_REPOSITORY.pattern}")
"""Identifiers that AWS makes unique. Any other value (a number, a chosen name) can occur elsewhere by chance."""


def state_references(document: Mapping[str, Any], scope: Scope) -> Mapping[str, str]:
    """Map each identifier that the plan ``document`` read from another stack's state to the reference to it."""
    found: dict[str, str] = {}
    for label, outputs in _remote_states(document):
        for name, value in outputs.items():
            values = value if isinstance(value, list) else [value]
            written = _written(scope, marked(f"data.terraform_remote_state.{label}.outputs.{name}"))
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


def with_references(value: Any, references: Mapping[str, str]) -> Any:
    """Replace each identifier in ``value``, also inside longer strings, by its reference."""
    if isinstance(value, str):
        for identifier, reference in references.items():
            longer = r"[\w./-]" if _REPOSITORY.fullmatch(identifier) else r"[\w-]"
            value = re.sub(rf"{re.escape(identifier)}(?!{longer})", reference.replace("\\", r"\\"), value)
        return value
    if isinstance(value, Mapping):
        return {key: with_references(item, references) for key, item in value.items()}
    if isinstance(value, list):
        return [with_references(item, references) for item in value]
    return value


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
