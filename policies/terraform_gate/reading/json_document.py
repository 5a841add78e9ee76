"""Parses JSON documents that arguments contain as strings, as strictly as AWS does."""

from __future__ import annotations

import json
import math
from typing import Any

from terraform_gate.reading.depth import is_too_deep


def document(value: Any) -> Any:
    """Parse a JSON document that an argument contains as a string (an IAM policy, container definitions).

    Returns:
        The data, with ``${...}`` left in its strings; ``value`` itself when it is no string; None when the string is
        not JSON, repeats a key in one object, or nests more than 200 levels.
    """
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value, object_pairs_hook=unique, parse_constant=rejected, parse_float=finite)
    except (ValueError, RecursionError):
        return None
    return None if is_too_deep(parsed) else parsed


class RepeatedKeyError(ValueError):
    """A key is repeated in one object: JSON parsers differ in which value they take."""


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dictionary; for ``json.loads`` as ``object_pairs_hook``.

    Raises:
        RepeatedKeyError: A key is repeated; the message is the key.
    """
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedKeyError(repr(next(name for name in names if names.count(name) > 1)))
    return made


def rejected(constant: str) -> float:
    """Reject NaN and Infinity, which Python's JSON parser accepts; for ``json.loads`` as ``parse_constant``.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"{constant} is not JSON")


def finite(text: str) -> float:
    """Convert a number; for ``json.loads`` as ``parse_float``.

    Raises:
        ValueError: It is larger than a floating-point number can be.
    """
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large")
    return number
