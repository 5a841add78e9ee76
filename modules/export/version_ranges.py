"""Compares the version constraints of two versions of a module."""

from __future__ import annotations

import math
import re

_CONSTRAINT = re.compile(r"(>=|<)\s*(\d+(?:\.\d+)*)")
Range = tuple[tuple[float, ...], tuple[float, ...]]


def excludes(new: str, old: str) -> bool:
    """Whether ``new`` excludes a version that ``old`` permits.

    Only constraints with ``>=`` and ``<`` can be compared; any other change counts as an exclusion.

    >>> excludes(">= 1.12.0", ">= 1.11.0"), excludes(">= 5.0, < 8.0", ">= 5.0, < 7.0")
    (True, False)
    """
    first, second = _range(old), _range(new)
    return first is None or second is None or second[0] > first[0] or second[1] < first[1]


def _range(text: str) -> Range | None:
    parts = [_CONSTRAINT.fullmatch(part.strip()) for part in text.split(",")]
    bounds = {part[1]: _numbers(part[2]) for part in parts if part}
    if len(bounds) != len(parts):
        return None
    return bounds.get(">=", ()), bounds.get("<", (math.inf,))


def _numbers(version: str) -> tuple[float, ...]:
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))
