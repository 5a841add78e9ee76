"""The condition operators.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from ipaddress import IPv4Network, IPv6Network, ip_network

from terraform_gate.iam.decision.context import Context
from terraform_gate.iam.decision.patterns import Pattern, Style
from terraform_gate.iam.decision.truth import Truth

Test = Callable[[str, Context], Truth]
"""Compares one value of the request with one value of the policy, which is part of the test."""


def test_of(name: str, value: str, *, has_variables: bool) -> Test:
    """Return the comparison of operator ``name`` (in lower case, without ``Not`` and ``IfExists``) with ``value``.

    Raises:
        KeyError: There is no such operator.
    """
    if name in _PATTERNS:
        style, ignores_case = _PATTERNS[name]
        return Pattern(value, style, has_variables=has_variables, ignores_case=ignores_case).matches
    if name in _ORDERED:
        parse, compare = _ORDERED[name]
        return partial(_ordered, parse, compare, value)
    return partial(_SPECIAL[name], value)


_PATTERNS: Mapping[str, tuple[Style, bool]] = {
    "stringequals": (Style.EXACT, False),
    "stringequalsignorecase": (Style.EXACT, True),
    "stringlike": (Style.GLOB, False),
    "arnequals": (Style.ARN, False),
    "arnlike": (Style.ARN, False),
}


def _unreadable(text: str) -> bool:
    return "${" in text


def _number(text: str) -> float:
    return float(text)


@lru_cache(maxsize=1_000)
def _instant(text: str) -> float:
    """Read an ISO 8601 date or a number of seconds since 1970."""
    try:
        return float(text)
    except ValueError:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def _ordered(
    parse: Callable[[str], float], compare: Callable[[float, float], bool], expected: str, actual: str, _: Context
) -> Truth:
    if _unreadable(expected):
        return None
    try:
        return compare(parse(actual), parse(expected))
    except ValueError:
        return False


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}
_ORDERED: Mapping[str, tuple[Callable[[str], float], Callable[[float, float], bool]]] = {
    f"{kind}{name}": (parse, compare)
    for kind, parse in (("numeric", _number), ("date", _instant))
    for name, compare in _COMPARISONS.items()
}


def _bool(expected: str, actual: str, _: Context) -> Truth:
    return None if _unreadable(expected) else expected.lower() == actual.lower()


def _binary(expected: str, actual: str, _: Context) -> Truth:
    return None if _unreadable(expected) else expected == actual


@lru_cache(maxsize=10_000)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text, strict=False)


def _ip_address(expected: str, actual: str, _: Context) -> Truth:
    if _unreadable(expected):
        return None
    try:
        inner, outer = _network(actual), _network(expected)
    except ValueError:
        return False
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]


_SPECIAL: Mapping[str, Callable[[str, str, Context], Truth]] = {
    "bool": _bool,
    "binaryequals": _binary,
    "ipaddress": _ip_address,
}
NEGATED: Mapping[str, str] = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
"""Negated operator -> the operator that it negates; all in lower case."""
POSITIVE = frozenset((*_PATTERNS, *_ORDERED, *_SPECIAL))
