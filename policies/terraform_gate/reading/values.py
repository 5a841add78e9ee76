"""Values of Terraform's language: sets, conversions, comparison, elements, and iteration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MOST_ITEMS = 5000


class Set(list[Any]):
    """A set: a list of distinct values, in the order in which Terraform iterates over it."""


class UnknownError(LookupError):
    """An expression whose value is not known."""


class MissingError(LookupError):
    """An attribute or an element that does not exist: `try` and `can` handle it."""


def make_set(values: Sequence[Any]) -> Set:
    """Make a set; strings are sorted."""
    distinct = list({json.dumps(value, sort_keys=True, default=str): value for value in values}.values())
    return Set(sorted(distinct, key=str))


def text_of(value: Any) -> str:
    """Convert a value to the text that a template contains; an unknown value keeps its ``${...}``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    raise UnknownError


def number_of(value: Any) -> Any:
    """Convert a value to a number, an integer where it is whole.

    Raises:
        ValueError: It is no number; TypeError for lists and maps.
    """
    number = float(value) if not isinstance(value, int) else value
    return int(number) if number == int(number) else number


def boolean_of(value: Any) -> bool:
    """Convert a value to a boolean.

    Raises:
        UnknownError: It is neither.
    """
    found = {"true": True, "false": False}.get(text_of(value))
    if found is None:
        raise UnknownError
    return found


def is_equal(left: Any, right: Any) -> bool:
    """Compare two values; ``true``, ``1`` and ``"1"`` differ."""
    if isinstance(left, bool) != isinstance(right, bool) or isinstance(left, str) != isinstance(right, str):
        return False
    return bool(left == right)


def item_of(value: Any, key: Any) -> Any:
    """Return the attribute or the element ``key`` of a known value.

    Raises:
        MissingError: There is none.
    """
    if isinstance(value, Mapping) and str(key) in value:
        return value[str(key)]
    if isinstance(value, list) and str(key).isdigit() and int(key) < len(value):
        return value[int(key)]
    raise MissingError(key)


def pairs_of(source: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the keys and values over which `for` and `for_each` iterate.

    Raises:
        UnknownError: The collection is not known, or has more than 5,000 items.
    """
    if not isinstance(source, list | Mapping) or len(source) > _MOST_ITEMS:
        raise UnknownError
    if isinstance(source, Mapping):
        yield from sorted(source.items())
    elif isinstance(source, Set):
        yield from ((value, value) for value in source)
    else:
        yield from enumerate(source)
