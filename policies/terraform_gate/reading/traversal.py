"""Follows the steps of a traversal into a known value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from terraform_gate.reading.values import MissingError

_STEP = re.compile(r"\.([\w-]+)|\[\"([^\"]*)\"\]|\[(\d+)\]")


def walk(value: Any, path: str) -> Any:
    """Follow ``.name``, ``["name"]`` and ``[0]`` into a value.

    Raises:
        LookupError: The path contains anything else (a splat, an operator), or the value has no such item.
    """
    if isinstance(value, str) and path and value.startswith("${") and value.endswith("}") and _STEP.match(path):
        return f"{value[:-1]}{path}}}"
    position = 0
    while match := _STEP.match(path, position):
        name, quoted, index = match.groups()
        value = _item(value, int(index) if index else (name or quoted))
        position = match.end()
    if position != len(path):
        raise LookupError(path)
    return value


def _item(value: Any, step: str | int) -> Any:
    if isinstance(step, int) and isinstance(value, list):
        return value[step]
    if isinstance(step, str) and isinstance(value, Mapping):
        if step in value:
            return value[step]
        raise MissingError(step)
    raise LookupError(step)
