"""Bounds the work of an evaluation: locals that multiply each other end with a clear message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraform_gate.reading.values import UnknownError

MOST_STEPS = 20_000_000
MOST_NODES = 50_000
"""Items of one local value; the documents of the largest public modules have fewer than 2,000."""
_LETTERS_PER_NODE = 64


class BudgetExceededError(Exception):
    """The evaluation of one root needs too much work; the message says so."""


class Budget:
    """The work that one root may still cause."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        """Start with ``steps`` items to copy."""
        self._steps = steps

    def spend(self, steps: int) -> None:
        """Subtract ``steps``.

        Raises:
            BudgetExceededError: No steps are left.
        """
        self._steps -= steps
        if self._steps < 0:
            raise BudgetExceededError(
                f"its expressions, count and for_each have more than {MOST_STEPS} values. Fix: give the plan"
            )


def size_of(value: Any) -> int:
    """Count the items of a value; shared parts count each time, because every traversal visits them each time.

    Raises:
        UnknownError: There are more than ``MOST_NODES``.
    """
    size, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        size += 1 + (len(item) // _LETTERS_PER_NODE if isinstance(item, str) else 0)
        if size > MOST_NODES:
            raise UnknownError(f"more than {MOST_NODES} values")
        if isinstance(item, Mapping):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return size
