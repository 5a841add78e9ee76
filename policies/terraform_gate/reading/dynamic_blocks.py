"""Expands ``dynamic`` blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.reading.expression import expressions


def expanded(body: Mapping[str, Any]) -> dict[str, Any]:
    """Replace each ``dynamic`` block by its blocks; by one block with unknown values when ``for_each`` is unknown."""
    plain = {name: value for name, value in body.items() if name != "dynamic"}
    for name, block in _dynamic_blocks(body.get("dynamic")):
        existing = plain.get(name) or []
        listed = existing if isinstance(existing, list) else [existing]
        plain[name] = [*listed, *_iterations(name, block)]
    return plain


def _dynamic_blocks(dynamic: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in dynamic if isinstance(dynamic, list) else [dynamic]:
        if isinstance(item, Mapping):
            for name, block in item.items():
                yield from ((name, content) for content in (block if isinstance(block, list) else [block]))


def _iterations(name: str, block: Mapping[str, Any]) -> Iterator[Any]:
    iterator = str(block.get("iterator") or name).strip("${}")
    each, content = block.get("for_each"), block.get("content", {})
    content = content[0] if isinstance(content, list) and content else content
    if not isinstance(each, list | Mapping):
        yield content
        return
    for key, value in each.items() if isinstance(each, Mapping) else enumerate(each):
        yield _substituted(content, {f"{iterator}.key": key, f"{iterator}.value": value})


def _substituted(content: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(content, Mapping):
        return {key: _substituted(value, names) for key, value in content.items()}
    if isinstance(content, list):
        return [_substituted(value, names) for value in content]
    inside = next(expressions(content), "").strip() if isinstance(content, str) else ""
    for name, value in names.items():
        if inside == name:
            return value
        if inside.startswith(f"{name}.") and isinstance(value, Mapping):
            return value.get(inside.removeprefix(f"{name}."), content)
    return content
