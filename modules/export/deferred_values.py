"""Deferred values: Python objects for Terraform variables, whose values are known only at plan time.

A token of cdktf looks like an ordinary value: a number is -8.1e298, a flag is always true, and arithmetic with it or a
condition on it gives a wrong result without an error. Arithmetic with a deferred number gives the Terraform expression;
everything else that would need the value raises ``StructuralInputError``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from cdktf import Token
from jsii._reference_map import InterfaceDynamicProxy

HTTPS = "https://"


class StructuralInputError(TypeError):
    """A construct computes with a deferred value, or decides by it.

    This is a programming error: the field is declared with ``plan`` in ``environments/sections``, and the code that is
    exported uses it structurally.
    """

    def __init__(self, variable: str, action: str) -> None:
        super().__init__(
            f"{variable} is declared with plan(), but the construct uses its value while it is built ({action}). "
            "Fix: declare the field with synth(), or name it in structural() of the module with the reason"
        )
        self.variable = variable


def _rejecting(*names: str) -> Callable[[type], type]:
    """A class decorator: these methods raise ``StructuralInputError``."""

    def reject(action: str) -> Callable[..., NoReturn]:
        def method(self: Any, *_: object, **__: object) -> NoReturn:
            raise StructuralInputError(self.variable, action.strip("_"))

        return method

    def decorate(cls: type) -> type:
        for name in names:
            setattr(cls, name, reject(name))
        return cls

    return decorate


_COMPARISONS = ("__hash__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
_TEXT_METHODS = (
    *("__contains__", "__getitem__", "__iter__", "__mod__", "__mul__"),
    *("split", "rsplit", "splitlines", "partition", "rpartition", "startswith", "endswith", "find", "index", "count"),
    *("replace", "removeprefix", "removesuffix", "lower", "upper", "title", "capitalize"),
    *("strip", "lstrip", "rstrip", "isdigit"),
)
Locals = dict[str, Any]


@_rejecting(*_COMPARISONS, *_TEXT_METHODS)
class DeferredText(str):
    """A deferred text. It may be passed on and formatted into other texts."""

    __slots__ = ("locals", "variable")
    variable: str
    locals: Locals

    def __new__(cls, variable: str, token: str, *, locals_: Locals | None = None) -> DeferredText:
        text = super().__new__(cls, token)
        text.variable, text.locals = variable, {} if locals_ is None else locals_
        return text

    def equals(self, text: str) -> Any:
        """A deferred flag: whether the variable has the value ``text``."""
        return deferred_flag(self.variable, Token.as_any(f'${{var.{self.variable} == "{text}"}}'))

    def mapped(self, name: str, table: Mapping[str, int]) -> DeferredNumber:
        """The variable's entry in ``table``, which becomes the local value ``name`` of the module."""
        self.locals[name] = table
        return DeferredNumber(self.variable, f"local.{name}[var.{self.variable}]")


class DeferredZone(DeferredText):
    """A deferred availability zone. Its last letter is fixed, because addresses of resources contain it."""

    __slots__ = ("letter",)
    letter: str

    def __new__(cls, variable: str, token: str, letter: str = "") -> DeferredZone:
        text = super().__new__(cls, variable, token)
        text.letter = letter  # type: ignore[attr-defined]
        return text  # type: ignore[return-value]

    def __getitem__(self, index: Any) -> str:
        if index != -1:
            raise StructuralInputError(self.variable, "getitem")
        return self.letter


class DeferredRepository(DeferredText):
    """A deferred git address. Its protocol is fixed, because SSH needs security group rules of its own."""

    __slots__ = ("https",)
    https: bool

    def __new__(cls, variable: str, token: str, *, https: bool = False) -> DeferredRepository:
        text = super().__new__(cls, variable, token)
        text.https = https  # type: ignore[attr-defined]
        return text  # type: ignore[return-value]

    def startswith(self, prefix: Any, *_: Any) -> bool:
        if prefix != HTTPS:
            raise StructuralInputError(self.variable, "startswith")
        return self.https


class DeferredCidr(str):
    """The first of a list of deferred CIDR blocks: resources that use it are repeated for each block.

    It sorts like the structure's value, and equals only itself.
    """

    __slots__ = ("current",)
    current: str

    def __new__(cls, token: str, current: str) -> DeferredCidr:
        text = super().__new__(cls, token)
        text.current = current
        return text

    __eq__, __hash__ = str.__eq__, str.__hash__

    def __lt__(self, other: str) -> bool:
        return self.current <= getattr(other, "current", other)

    def __gt__(self, other: str) -> bool:
        return self.current > getattr(other, "current", other)


_EXPRESSIONS: dict[float, str] = {}
"""The Terraform expression of each deferred number by its token, which json.dumps writes as a plain number."""


@_rejecting(
    *_COMPARISONS,
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


def deferred_flag(variable: str, token: Any) -> Any:
    """A deferred flag. It may be passed on."""

    def reject(*_: Any) -> bool:
        raise StructuralInputError(variable, "bool")

    methods = {"__bool__": reject, "__str__": reject, "__eq__": reject, "__hash__": object.__hash__}
    return type("DeferredFlag", (InterfaceDynamicProxy,), methods)(token._delegates)  # noqa: SLF001


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
