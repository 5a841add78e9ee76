"""Merges override files (``override.tf``, ``*_override.tf``, also with ``.json``) as Terraform does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_SUFFIXES = (".tf", ".tf.json")


def is_override(file: Path) -> bool:
    """Return whether Terraform merges the blocks of this file into those of the other files."""
    stem = next((file.name.removesuffix(end) for end in reversed(_SUFFIXES) if file.name.endswith(end)), "")
    return stem == "override" or stem.endswith("_override")


def overridden(base: Mapping[str, Any], changes: Mapping[str, Any], *, depth: int) -> dict[str, Any]:
    """Return ``changes`` completed by the blocks of ``base`` that they change.

    An argument of ``changes`` replaces that of ``base``, a nested block all nested blocks of its type; ``lifecycle`` is
    merged argument by argument.

    Args:
        base: The blocks of one type, below their labels.
        changes: The blocks of the override file.
        depth: Number of labels of the block type.
    """
    if depth == 0:
        return _merged_body(base, changes)
    return {
        label: overridden(base[label], content, depth=depth - 1)
        if isinstance(base.get(label), Mapping) and isinstance(content, Mapping)
        else content
        for label, content in changes.items()
    }


def _merged_body(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    dynamic = [block for block in _list(changes.get("dynamic")) if isinstance(block, Mapping)]
    replaced = {*changes, *(label for block in dynamic for label in block)}
    kept = {name: value for name, value in base.items() if name not in replaced or name == "dynamic"}
    if "dynamic" in kept:
        others = [
            block for block in _list(kept["dynamic"]) if not (isinstance(block, Mapping) and set(block) & replaced)
        ]
        kept["dynamic"] = [*others, *dynamic]
    if "lifecycle" in base and "lifecycle" in changes:
        parts = [part for block in (base, changes) for part in _list(block["lifecycle"]) if isinstance(part, Mapping)]
        return {
            **kept,
            **_without(changes, "dynamic", kept),
            "lifecycle": {k: v for part in parts for k, v in part.items()},
        }
    return {**kept, **_without(changes, "dynamic", kept)}


def _without(changes: Mapping[str, Any], name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in changes.items() if key != name or name not in kept}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
