"""The operators of Terraform's language: arithmetic, comparison, and logic with operands that may be unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from terraform_gate.reading.values import UnknownError, boolean_of, is_equal, number_of

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
LOGICAL = frozenset({"&&", "||"})
BINARY = frozenset({*_ARITHMETIC, *_ORDER, *LOGICAL, "==", "!="})


def compared_or_calculated(sign: str, left: Any, right: Any) -> Any:
    """Apply an operator of ``BINARY`` that is not logical to two known values."""
    if sign in {"==", "!="}:
        return is_equal(left, right) == (sign == "==")
    numbers = number_of(left), number_of(right)
    return _ORDER[sign](*numbers) if sign in _ORDER else number_of(_ARITHMETIC[sign](*numbers))


def logical(sign: str, operands: Iterable[Callable[[], Any]]) -> bool:
    """Apply ``&&`` or ``||``; one decisive operand is enough, whatever the other is.

    Raises:
        UnknownError: An unknown operand decides.
    """
    decisive, unknown = sign == "||", False
    for operand in operands:
        try:
            if boolean_of(operand()) is decisive:
                return decisive
        except UnknownError:
            unknown = True
    if unknown:
        raise UnknownError(sign)
    return not decisive
