"""Matchers: expected values that are no plain values.

>>> compare({"tags": Match.contains("a")}, {"tags": ["a", "b"]})
[]
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from terraform_harness.assertions import jsonencode
from terraform_harness.assertions.comparison import Matcher, Mismatch, compare, mismatch
from terraform_harness.assertions.values import NOTHING, UNKNOWN

__all__ = ["Capture", "Match", "Matcher", "Mismatch", "compare"]


@dataclass(frozen=True)
class _Predicate(Matcher):
    """A matcher from a description and a predicate; no unknown value matches."""

    description: str
    accepts: Callable[[Any], object]

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        matches = value is not UNKNOWN and self.accepts(value)
        return [] if matches else [mismatch(path, self.description, value)]

    def __repr__(self) -> str:
        return self.description


class _Unknown(Matcher):
    """A value that is known only after the apply."""

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        return [] if value is UNKNOWN else [mismatch(path, repr(self), value)]

    def __repr__(self) -> str:
        return "a value that is known after apply"


@dataclass(frozen=True)
class _Json(Matcher):
    """A JSON string, or an expression that calls jsonencode."""

    expected: Any

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        try:
            parsed = _parse(value)
        except (TypeError, ValueError):
            return [mismatch(path, "a JSON string", value)]
        return compare(self.expected, parsed, f"{path}<json>")

    def __repr__(self) -> str:
        return f"json({self.expected!r})"


def _parse(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip().startswith("${"):
        return jsonencode.evaluate(value)
    return json.loads(value)


class Capture(Matcher):
    """Matches any known value and keeps it.

    >>> from terraform_harness.assertions import Template
    >>> name = Capture()
    >>> stack = {"resource": {"aws_s3_bucket": {"logs": {"bucket": "logs-1"}}}}
    >>> _ = Template(stack).any("aws_s3_bucket", bucket=name)
    >>> name.value
    'logs-1'
    """

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __repr__(self) -> str:
        return "a value to capture"

    @property
    def value(self) -> Any:
        """The first captured value.

        Raises:
            AssertionError: Nothing was captured.
        """
        if not self.values:
            raise AssertionError("nothing was captured: no candidate had the attribute")
        return self.values[0]

    def mismatches(self, value: Any, path: str) -> list[Mismatch]:
        """Keep ``value``."""
        if value is NOTHING or value is UNKNOWN:
            return [mismatch(path, repr(self), value)]
        self.values.append(value)
        return []


class Match:
    """The matchers. A value that is known only after the apply matches ``Match.unknown()`` alone."""

    @staticmethod
    def absent() -> Matcher:
        """Match an attribute that is absent or null."""
        return _Predicate("nothing", lambda value: value is NOTHING or value is None)

    @staticmethod
    def present() -> Matcher:
        """Match any value except null."""
        return _Predicate("any value", lambda value: value is not NOTHING and value is not None)

    @staticmethod
    def unknown() -> Matcher:
        """Match a value of a plan that is known only after the apply."""
        return _Unknown()

    @staticmethod
    def regex(pattern: str) -> Matcher:
        """Match a string that contains a match of the regular expression ``pattern``."""
        description = f"a string like {pattern!r}"
        return _Predicate(description, lambda value: isinstance(value, str) and re.search(pattern, value))

    @staticmethod
    def json(expected: Any) -> Matcher:
        """Match a JSON string, or a ``${jsonencode(...)}`` expression, whose value matches ``expected``."""
        return _Json(expected)

    @staticmethod
    def contains(*items: Any) -> Matcher:
        """Match a list that has, for each of ``items``, an element that matches it."""
        return _Predicate(f"a list with {list(items)!r}", lambda value: _contains(value, items))

    @staticmethod
    def length(expected: int) -> Matcher:
        """Match a list or an object with ``expected`` items."""
        description = f"{expected} items"
        return _Predicate(description, lambda value: isinstance(value, (list, dict)) and len(value) == expected)

    @staticmethod
    def one_of(*values: Any) -> Matcher:
        """Match a value that matches at least one of ``values``."""
        description = f"one of {list(values)!r}"
        return _Predicate(description, lambda value: any(not compare(expected, value) for expected in values))

    @staticmethod
    def excluding(expected: Any) -> Matcher:
        """Match a value that is present and does not match ``expected``."""
        description = f"anything but {expected!r}"
        return _Predicate(description, lambda value: value is not NOTHING and bool(compare(expected, value)))

    @staticmethod
    def reference(type_: str, /, *, name: str = r"[A-Za-z0-9_-]+", attribute: str = r"[a-z0-9_]+") -> Matcher:
        """Match an expression that refers to a resource.

        Args:
            type_: The resource type, for instance ``aws_kms_key``.
            name: A regular expression of the resource's name.
            attribute: A regular expression of the attribute.
        """
        pattern = re.compile(rf"\$\{{.*\b{re.escape(type_)}\.{name}(\[[^\]]*\])?\.{attribute}\b.*\}}", re.DOTALL)
        shown = f"{type_}.{_shown(name, 'NAME')}.{_shown(attribute, 'ATTRIBUTE')}"
        return _Predicate(
            f"a reference to {shown}", lambda value: isinstance(value, str) and pattern.search(value) is not None
        )


def _shown(pattern: str, placeholder: str) -> str:
    return f"<{placeholder}>" if pattern.startswith("[") else pattern


def _contains(value: Any, items: Iterable[Any]) -> bool:
    return isinstance(value, list) and all(any(not compare(item, element) for element in value) for item in items)
