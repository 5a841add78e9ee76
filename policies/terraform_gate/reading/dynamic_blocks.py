"""Evaluates the arguments of a resource, and expands its ``dynamic`` blocks at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from terraform_gate.reading.evaluation import Scope
from terraform_gate.reading.values import UnknownError, pairs_of


def evaluated_body(body: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Evaluate ``body``; a ``dynamic`` block whose ``for_each`` is not known becomes one block with unknown values."""
    dynamic = body.get("dynamic")
    if not _is_dynamic(dynamic):
        return {str(scope.evaluate(name)): _value(value, scope) for name, value in body.items()}
    plain = {name: _value(value, scope) for name, value in body.items() if name != "dynamic"}
    for name, block in _dynamic_blocks(dynamic):
        existing = plain.get(name) or []
        listed = existing if isinstance(existing, list) else [existing]
        plain[name] = [*listed, *_iterations(name, block, scope)]
    return plain


def _value(value: Any, scope: Scope) -> Any:
    if isinstance(value, Mapping):
        return evaluated_body(value, scope)
    if isinstance(value, list):
        return [_value(item, scope) for item in value]
    return scope.evaluate(value)


def _is_dynamic(dynamic: Any) -> bool:
    return any(isinstance(block, Mapping) and "for_each" in block for _, block in _dynamic_blocks(dynamic))


def _dynamic_blocks(dynamic: Any) -> Iterator[tuple[str, Any]]:
    for item in dynamic if isinstance(dynamic, list) else [dynamic]:
        if isinstance(item, Mapping):
            for name, block in item.items():
                yield from ((name, content) for content in (block if isinstance(block, list) else [block]))


def _iterations(name: str, block: Mapping[str, Any], scope: Scope) -> Iterator[Any]:
    iterator = str(block.get("iterator") or name).strip("${}")
    content = block.get("content", {})
    content = content[0] if isinstance(content, list) and content else content
    each = scope.evaluate(block.get("for_each"))
    try:
        pairs = list(pairs_of(each))
    except UnknownError:
        yield _value(content, scope)
        return
    for key, value in pairs:
        bound = {**scope.bindings, iterator: {"key": key, "value": value}}
        yield _value(content, replace(scope, bindings=bound))
