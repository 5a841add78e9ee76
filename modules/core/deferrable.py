"""Decisions of a construct that depend on values which an exported module may know only at plan time.

In a stack of this project the values are plain Python values, and each function is the obvious Python expression. While
a construct is built for export, a value may be deferred (``modules.export.deferred_values``): it then has a method
with the same name, which returns a Terraform expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def at_least(minimum: int, value: Any) -> Any:
    """``value``, or ``minimum`` if that is larger.

    Example:
        >>> at_least(3, 1)
        3
    """
    deferred = getattr(value, "at_least", None)
    return deferred(minimum) if deferred else max(minimum, value)


def exceeds(value: Any, other: Any) -> bool:
    """Whether ``value`` is larger than ``other``; a deferred value counts as the structure's value.

    Example:
        >>> exceeds(4, 2)
        True
    """
    first, second = getattr(value, "current", value), getattr(other, "current", other)
    return bool(first > second)


def possible(value: Any) -> bool:
    """Whether ``value`` is neither None nor zero; for a deferred value True, because only the plan knows.

    Example:
        >>> possible(0)
        False
    """
    return True if hasattr(value, "expression") else bool(value)


def equals(value: Any, text: str) -> Any:
    """Whether the text ``value`` is ``text``.

    Example:
        >>> equals("internal", "internal")
        True
    """
    deferred = getattr(value, "equals", None)
    return deferred(text) if deferred else value == text


def mapped(value: str, function: Callable[[str], int], *, among: Iterable[str]) -> Any:
    """``function(value)``; a deferred value is looked up in the table of all results.

    Args:
        value: one of ``among``.
        function: computes a number; its name becomes the name of the table.
        among: every accepted value.

    Example:
        >>> mapped("two", {"one": 1, "two": 2}.__getitem__, among=("one", "two"))
        2
    """
    deferred = getattr(value, "mapped", None)
    return deferred(function.__name__, {key: function(key) for key in among}) if deferred else function(value)
