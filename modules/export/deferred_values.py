"""Deferred values: Python values for Terraform variables, whose values only a plan knows.

A token of cdktf looks like an ordinary value: a number is -8.1e298, a flag is always true, and arithmetic with it or a
condition on it gives a wrong result without an error. Deferred values raise ``StructuralInputError`` instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from jsii._reference_map import InterfaceDynamicProxy


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
_ARITHMETIC = tuple(
    f"__{side}{name}__"
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "divmod")
    for side in ("", "r")
)
_TEXT_METHODS = (
    *("__contains__", "__getitem__", "__iter__", "__mod__", "__mul__"),
    *("split", "rsplit", "splitlines", "partition", "rpartition", "startswith", "endswith", "find", "index", "count"),
    *("replace", "removeprefix", "removesuffix", "lower", "upper", "title", "capitalize"),
    *("strip", "lstrip", "rstrip", "isdigit"),
)


@_rejecting(*_COMPARISONS, *_TEXT_METHODS)
class DeferredText(str):
    """A deferred text. It may be passed on and formatted into other texts."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, variable: str, token: str) -> DeferredText:
        text = super().__new__(cls, token)
        text.variable = variable
        return text


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


@_rejecting(*_COMPARISONS, *_ARITHMETIC, "__bool__", "__int__", "__index__", "__round__", "__neg__", "__abs__")
class DeferredNumber(float):
    """A deferred number. It may be passed on and formatted into texts."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, variable: str, token: float) -> DeferredNumber:
        number = super().__new__(cls, token)
        number.variable = variable
        return number

    def __str__(self) -> str:
        return f"${{tostring(var.{self.variable})}}"

    def __format__(self, _: str) -> str:
        return str(self)


def deferred_flag(variable: str, token: Any) -> Any:
    """A deferred flag. It may be passed on."""

    def reject(*_: Any) -> bool:
        raise StructuralInputError(variable, "bool")

    methods = {"__bool__": reject, "__str__": reject, "__eq__": reject, "__hash__": object.__hash__}
    return type("DeferredFlag", (InterfaceDynamicProxy,), methods)(token._delegates)  # noqa: SLF001


_NUMBER = re.compile(r"-8\.\d+e\+?29[0-9]")


def unresolved_number(text: str) -> str | None:
    """A number token inside ``text`` that cdktf did not resolve; None when there is none."""
    found = _NUMBER.search(text)
    return found[0] if found else None
