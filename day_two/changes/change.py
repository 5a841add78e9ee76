"""One change of a key, and the ways to write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One change, for the base of that name (for every base when empty).

    Args:
        before: the old value, as text.
        after: the new value, as text.
        change: what is laid over the data of the base.
        base: name of the base; every base in which the change is valid when empty.
    """

    before: str
    after: str
    change: Callable[[Data], Data]
    base: str = ""


def set_(before: str, after: str, base: str = "", **sections: Any) -> Change:
    """Lay ``sections`` over the base."""
    return Change(before, after, lambda _data: sections, base)


def workers(before: str, after: str, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Change:
    """Change the worker groups of the base ``complete``."""
    return Change(before, after, lambda data: {"workers": edit([dict(group) for group in data["workers"]])}, "complete")


def reversed_(section: str, key: str) -> Callable[[Data], Data]:
    """Reverse a list of the base."""
    return lambda data: {section: {key: list(reversed(data[section][key]))}}
