"""The condition keys of a request.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
(key names are not case-sensitive; a key has one value or several).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Unknown = Literal["unknown value"]
UNKNOWN: Final[Unknown] = "unknown value"
"""Marks a condition key that the request has, with a value that is not known."""
Value = str | Sequence[str]


@dataclass(frozen=True)
class Context:
    """The condition keys of a request.

    Attributes:
        values: Key in lower case -> values; a string is one value.
        is_complete: Whether a key that is not listed is absent from the request; otherwise it is not known.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_complete: bool = True

    def get(self, key: str) -> tuple[str, ...] | Unknown | None:
        """Return the values of a key (in lower case), None when it is absent, or ``UNKNOWN``."""
        found = self.values.get(key)
        if found is None:
            return None if self.is_complete else UNKNOWN
        return UNKNOWN if found and found[0] is UNKNOWN else found or None


def context_of(values: Mapping[str, Value] | Context, derived: Mapping[str, tuple[str, ...]]) -> Context:
    """Make a context of the given keys, and of those that AWS derives from the caller unless they are given.

    Args:
        values: Condition keys in any case, each with one value or a sequence of values.
        derived: Keys in lower case that AWS derives from the caller.
    """
    if isinstance(values, Context):
        return Context({**derived, **values.values}, values.is_complete)
    listed = {key.lower(): (item,) if isinstance(item, str) else tuple(item) for key, item in values.items()}
    return Context({**derived, **listed})
