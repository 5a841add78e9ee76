"""Matchers, and the comparison that says where two values differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NOTHING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One difference: where, what was wanted, what is there."""

    path: str
    wanted: str
    got: str

    def __str__(self) -> str:
        return f"{self.path or 'value'}: wanted {self.wanted}, got {self.got}"


class Matcher:
    """Decides about one value; ``mismatches`` is empty when it agrees."""

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        raise NotImplementedError


@dataclass(frozen=True)
class _Test(Matcher):
    """A matcher from a description and a predicate."""

    description: str
    accepts: Any

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        return [] if self.accepts(value) else [_differ(path, self.description, value)]

    def __repr__(self) -> str:
        return self.description


@dataclass(frozen=True)
class _Json(Matcher):
    """A string that is JSON."""

    pattern: Any

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        try:
            parsed = json.loads(value)
        except (TypeError, ValueError):
            return [_differ(path, "a string of JSON", value)]
        return compare(self.pattern, parsed, f"{path}<json>")

    def __repr__(self) -> str:
        return f"json({self.pattern!r})"


class Capture(Matcher):
    """Accepts any value that is there and keeps it: ``name = Capture(); template.any(..., name=name); name.value``."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    @property
    def value(self) -> Any:
        if not self.values:
            raise AssertionError("nothing was captured: no candidate had the attribute")
        return self.values[0]

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        if value is NOTHING:
            return [_differ(path, "something to capture", value)]
        self.values.append(value)
        return []


class Match:
    """Where the matchers come from."""

    @staticmethod
    def absent() -> Matcher:
        """Not there, or null."""
        return _Test("nothing", lambda value: value is NOTHING or value is None)

    @staticmethod
    def present() -> Matcher:
        return _Test("anything", lambda value: value is not NOTHING and value is not None)

    @staticmethod
    def regex(pattern: str) -> Matcher:
        """A string in which ``pattern`` is found."""
        return _Test(f"a string like {pattern!r}", lambda value: isinstance(value, str) and re.search(pattern, value))

    @staticmethod
    def json(pattern: Any) -> Matcher:
        """A string of JSON that matches ``pattern``, matchers within it included."""
        return _Json(pattern)

    @staticmethod
    def contains(*items: Any) -> Matcher:
        """A list that has, for each of ``items``, an element that matches it."""
        return _Test(f"a list with {list(items)!r}", lambda value: _contains(value, items))

    @staticmethod
    def length(expected: int) -> Matcher:
        return _Test(f"{expected} items", lambda value: isinstance(value, (list, dict)) and len(value) == expected)

    @staticmethod
    def one_of(*values: Any) -> Matcher:
        return _Test(f"one of {list(values)!r}", lambda value: any(not compare(one, value) for one in values))

    @staticmethod
    def excluding(pattern: Any) -> Matcher:
        """There, but not matching ``pattern``."""
        return _Test(f"anything but {pattern!r}", lambda value: value is not NOTHING and bool(compare(pattern, value)))

    @staticmethod
    def reference(kind: str, *, name: str = r"[A-Za-z0-9_-]+", attribute: str = r"[a-z0-9_]+") -> Matcher:
        """An expression that refers to a ``kind``; ``name`` and ``attribute`` are regular expressions."""
        pattern = re.compile(rf"\$\{{.*\b{re.escape(kind)}\.{name}(\[[^\]]*\])?\.{attribute}\b.*\}}")
        return _Test(f"a reference to {kind}", lambda value: isinstance(value, str) and pattern.search(value))


def compare(pattern: Any, value: Any, path: str = "") -> list[Mismatch]:
    """Where ``value`` differs from ``pattern``; a dictionary in ``pattern`` names only what matters."""
    if isinstance(pattern, Matcher):
        return pattern.mismatches(value, path)
    if isinstance(pattern, Mapping):
        return _compare_mapping(pattern, value, path)
    if isinstance(pattern, list):
        return _compare_list(pattern, value, path)
    same = type(pattern) is type(value) and pattern == value
    numbers = isinstance(pattern, (int, float)) and isinstance(value, (int, float))
    if same or (numbers and not isinstance(pattern, bool) and not isinstance(value, bool) and pattern == value):
        return []
    return [_differ(path, repr(pattern), value)]


def _compare_mapping(pattern: Mapping[str, Any], value: Any, path: str) -> list[Mismatch]:
    body = value[0] if isinstance(value, list) and len(value) == 1 else value  # a single nested block
    if not isinstance(body, Mapping):
        return [_differ(path, repr(dict(pattern)), value)]
    pairs = ((key, expected, body.get(key, NOTHING)) for key, expected in pattern.items())
    return [found for key, expected, got in pairs for found in compare(expected, got, f"{path}.{key}".lstrip("."))]


def _compare_list(pattern: list[Any], value: Any, path: str) -> list[Mismatch]:
    if not isinstance(value, list) or len(value) != len(pattern):
        return [_differ(path, repr(pattern), value)]
    pairs = enumerate(zip(pattern, value, strict=True))
    return [found for index, (expected, got) in pairs for found in compare(expected, got, f"{path}[{index}]")]


def _contains(value: Any, items: Iterable[Any]) -> bool:
    return isinstance(value, list) and all(any(not compare(item, one) for one in value) for item in items)


def _differ(path: str, wanted: str, got: Any) -> Mismatch:
    shown = "nothing" if got is NOTHING else repr(got)
    return Mismatch(path=path, wanted=wanted, got=shown if len(shown) < 200 else shown[:197] + "...")
