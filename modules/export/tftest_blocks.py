"""Blocks of ``*.tftest.hcl`` files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.export import hcl


def assertion(condition: str, message: str) -> list[str]:
    """The block ``assert``."""
    return nested("assert", hcl.attributes({"condition": condition, "error_message": hcl.value(message)}))


def variables_block(values: Mapping[str, Any]) -> str:
    """The block ``variables``."""
    written = {name: hcl.value(value) for name, value in values.items()}
    return "\n".join(nested("variables", hcl.attributes(written)))


def nested(head: str, lines: list[str]) -> list[str]:
    """A block with indented lines."""
    return [f"{head} {{", *(f"  {line}" if line else "" for line in lines), "}"]


def flat(groups: list[list[str]]) -> list[str]:
    """The lines of all groups."""
    return [line for group in groups for line in group]
