"""The comparison that lists the differences between an expected and an actual value.

>>> [str(mismatch) for mismatch in compare({"port": 5432}, {"port": 22, "protocol": "tcp"})]
['port: expected 5432, got 22']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from terraform_harness.assertions.values import NOTHING, UNKNOWN

SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One difference.

    Attributes:
        path: Where it is, for instance ``setting[0].value``.
        expected: What was expected.
        got: The actual value.
        unknown: Whether the actual value is known only after the apply.
    """

    path: str
    expected: str
    got: str
    unknown: bool = False

    def __str__(self) -> str:
        return f"{self.path or 'value'}: expected {self.expected}, got {self.got}"


class Matcher:
    """The base class of matchers; implement ``mismatches`` for your own matcher."""

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        """Return the differences of ``value``, which is at ``path``; an empty list when it matches."""
        raise NotImplementedError


def compare(expected: Any, value: Any, path: str = "") -> list[Mismatch]:
    """Return the differences of ``value`` from ``expected``.

    Args:
        expected: A plain value, a matcher, a dictionary (keys that it does not name are ignored) or a list (compared
            item by item).
        value: The actual value.
        path: The path of ``value``, for messages.
    """
    if isinstance(expected, Matcher):
        return expected.mismatches(value, path)
    if isinstance(expected, Mapping):
        return _compare_mapping(expected, value, path)
    if isinstance(expected, list):
        return _compare_list(expected, value, path)
    same = type(expected) is type(value) and expected == value
    return [] if same or _same_number(expected, value) else [mismatch(path, repr(expected), value)]


def _same_number(expected: Any, value: Any) -> bool:
    numbers = isinstance(expected, (int, float)) and isinstance(value, (int, float))
    return numbers and not isinstance(expected, bool) and not isinstance(value, bool) and expected == value


def _compare_mapping(expected: Mapping[str, Any], value: Any, path: str) -> list[Mismatch]:
    body = value[0] if isinstance(value, list) and len(value) == 1 else value  # a single nested block
    if not isinstance(body, Mapping):
        return [mismatch(path, repr(dict(expected)), value)]
    pairs = ((key, inner, body.get(key, NOTHING)) for key, inner in expected.items())
    return [found for key, inner, got in pairs for found in compare(inner, got, f"{path}.{key}".lstrip("."))]


def _compare_list(expected: list[Any], value: Any, path: str) -> list[Mismatch]:
    if not isinstance(value, list) or len(value) != len(expected):
        return [mismatch(path, repr(expected), value)]
    pairs = enumerate(zip(expected, value, strict=True))
    return [found for index, (inner, got) in pairs for found in compare(inner, got, f"{path}[{index}]")]


def mismatch(path: str, expected: str, got: Any) -> Mismatch:
    """Return the difference of the value ``got`` from ``expected``."""
    shown = repr(got)
    if len(shown) > SHOWN_CHARACTERS:
        shown = shown[: SHOWN_CHARACTERS - 3] + "..."
    return Mismatch(path=path, expected=expected, got=shown, unknown=got is UNKNOWN)
