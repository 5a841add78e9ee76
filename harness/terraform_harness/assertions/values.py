"""Values that JSON does not have: an attribute that is absent, and a value that is known after the apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class _Marker:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def __copy__(self) -> _Marker:
        return self

    def __deepcopy__(self, _memo: object) -> _Marker:
        return self


NOTHING: Any = _Marker("nothing")
UNKNOWN: Any = _Marker("(known after apply)")


def with_unknown(values: Any, after_unknown: Any) -> Any:
    """Return planned ``values`` in which UNKNOWN stands wherever ``after_unknown`` of a plan is true.

    >>> with_unknown({"bucket": "logs"}, {"arn": True, "bucket": False})
    {'bucket': 'logs', 'arn': (known after apply)}
    """
    if after_unknown is True:
        return UNKNOWN
    if isinstance(after_unknown, Mapping):
        known = values if isinstance(values, Mapping) else {}
        nested = {key: with_unknown(known.get(key), inner) for key, inner in after_unknown.items() if inner}
        return {**known, **{key: value for key, value in nested.items() if value is not None}}
    if isinstance(after_unknown, list) and isinstance(values, list):
        rest = [*after_unknown, *[False] * (len(values) - len(after_unknown))]
        return [with_unknown(value, inner) for value, inner in zip(values, rest, strict=False)]
    return values
