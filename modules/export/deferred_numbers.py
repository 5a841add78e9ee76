"""Deferred numbers: arithmetic with them gives Terraform expressions."""

from __future__ import annotations

import re

from cdktf import Token

from modules.export.structural_input import COMPARISONS, rejecting

_EXPRESSIONS: dict[float, str] = {}
"""The Terraform expression of each deferred number by its token, which json.dumps writes as a plain number."""


@rejecting(
    *COMPARISONS,
    *(f"__{side}{name}__" for name in ("mod", "pow", "divmod") for side in ("", "r")),
    *("__bool__", "__int__", "__index__", "__round__", "__neg__", "__abs__"),
)
class DeferredNumber(float):
    """A deferred number. It may be passed on, formatted into texts, and computed with, but not compared.

    Args:
        variable: name of the Terraform variable, for messages.
        expression: Terraform expression.
        current: the structure's value, by which :func:`modules.core.deferrable.exceeds` decides.
    """

    __slots__ = ("current", "expression", "variable")
    variable: str
    expression: str
    current: float | None

    def __new__(cls, variable: str, expression: str, *, current: float | None = None) -> DeferredNumber:
        number = super().__new__(cls, Token.as_number(f"${{{expression}}}"))
        number.variable, number.expression, number.current = variable, expression, current
        _EXPRESSIONS[float.__float__(number)] = expression
        return number

    def __str__(self) -> str:
        return f"${{tostring({self.expression})}}"

    def __format__(self, _: str) -> str:
        return str(self)

    def at_least(self, minimum: int) -> DeferredNumber:
        """The number, or ``minimum`` if that is larger."""
        return self._with(f"max({minimum}, {self.expression})")

    def __add__(self, other: float) -> DeferredNumber:
        return self._with(f"{self.expression} + {_written(other)}")

    def __radd__(self, other: float) -> DeferredNumber:
        # sum() starts with 0
        return self if isinstance(other, int) and other == 0 else self._with(f"{_written(other)} + {self.expression}")

    def __sub__(self, other: float) -> DeferredNumber:
        return self._with(f"{self.expression} - {_operand(other)}")

    def __rsub__(self, other: float) -> DeferredNumber:
        return self._with(f"{_written(other)} - {_operand(self)}")

    def __mul__(self, other: float) -> DeferredNumber:
        return self._with(f"{_operand(self)} * {_operand(other)}")

    def __rmul__(self, other: float) -> DeferredNumber:
        return self._with(f"{_operand(other)} * {_operand(self)}")

    def __floordiv__(self, other: float) -> DeferredNumber:
        return self._with(f"floor({_operand(self)} / {_operand(other)})")

    def __truediv__(self, other: float) -> DeferredNumber:
        return self._with(f"{_operand(self)} / {_operand(other)}")

    def _with(self, expression: str) -> DeferredNumber:
        return type(self)(self.variable, expression)


def _written(number: float) -> str:
    return number.expression if isinstance(number, DeferredNumber) else f"{number}"


def _operand(number: float) -> str:
    written = _written(number)
    return f"({written})" if " " in written else written


_NUMBER = re.compile(r"-8\.\d+e\+?29[0-9]")


def resolved_numbers(text: str) -> str:
    """``text`` with the expression of each number that became part of it before cdktf could resolve it."""
    return _NUMBER.sub(lambda found: _resolved(found[0]), text)


def _resolved(token: str) -> str:
    expression = _EXPRESSIONS.get(float(token))
    return token if expression is None else f"${{{expression}}}"


def unresolved_number(text: str) -> str | None:
    """A number token inside ``text`` that cdktf did not resolve; None when there is none."""
    found = _NUMBER.search(text)
    return found[0] if found else None
