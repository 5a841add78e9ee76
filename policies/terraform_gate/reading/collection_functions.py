"""The functions of Terraform on lists, sets and maps; those that need no known elements keep unknown ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

from terraform_gate.reading.expression import is_known
from terraform_gate.reading.values import MissingError, Set, UnknownError


def merge(*maps: Any) -> Any:
    """Merge maps; later ones replace items of earlier ones."""
    if not all(isinstance(item, Mapping) for item in maps if item is not None):
        raise UnknownError
    return {key: value for item in maps if item is not None for key, value in item.items()}


def concat(*lists: Any) -> Any:
    """Join lists."""
    if not all(isinstance(item, list) for item in lists):
        raise UnknownError
    return [value for item in lists for value in item]


def flatten(values: Any) -> list[Any]:
    """Replace the lists in a list by their elements, at any depth."""
    flat: list[Any] = []
    for value in list_of(values):
        if isinstance(value, list):
            flat += flatten(value)
        elif isinstance(value, str) and not is_known(value):
            raise UnknownError  # it may be a list
        else:
            flat.append(value)
    return flat


def list_of(value: Any) -> list[Any]:
    """Return a copy of a list."""
    if not isinstance(value, list):
        raise UnknownError
    return list(value)


def length(value: Any) -> int:
    """Count the items of a collection, or the characters of a text."""
    if isinstance(value, str) and not is_known(value):
        raise UnknownError
    if isinstance(value, Set) and not is_known(list(value)):
        raise UnknownError
    return len(value)


def lookup(mapping: Mapping[str, Any], key: str, *default: Any) -> Any:
    """Return an item of a map, or the default."""
    if not isinstance(mapping, Mapping) or not is_known(key):
        raise UnknownError
    if key not in mapping and not default:
        raise MissingError(key)
    return mapping.get(key, *default)


def element(values: Any, index: Any) -> Any:
    """Return an element; the index wraps around."""
    listed = list_of(values)
    return listed[int(index) % len(listed)]


def contains(values: Any, wanted: Any) -> bool:
    """Return whether a list has an element."""
    if not is_known(wanted) or (wanted not in list_of(values) and not is_known(values)):
        raise UnknownError
    return wanted in values


def coalesce(*values: Any) -> Any:
    """Return the first value that is neither null nor empty."""
    for value in values:
        if isinstance(value, str) and not is_known(value):
            raise UnknownError
        if value not in (None, ""):
            return value
    raise MissingError


def coalescelist(*lists: Any) -> Any:
    """Return the first list that is not empty."""
    return next(item for item in map(list_of, lists) if item)


def range_(*numbers: Any) -> list[int]:
    """List the numbers of a range; at most 1,024, Terraform's limit."""
    listed = range(*map(int, numbers))
    if len(listed) > 1024:
        raise UnknownError
    return list(listed)


def setproduct(*lists: Any) -> list[list[Any]]:
    """List the combinations of elements."""
    if math.prod(len(list_of(item)) for item in lists) > 10_000:
        raise UnknownError
    return [list(item) for item in itertools.product(*lists)]


def one(values: Any) -> Any:
    """Return the only element of a list; null for an empty one."""
    return next(iter(list_of(values)), None)
