"""Values that only a plan knows, standing in for Python values while a construct is built.

A token of cdktf looks like a value: a number is -8.1e298, a flag is always true. Arithmetic on it or a decision by it
would be wrong without a word. These refuse both, and say which variable was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

from jsii._reference_map import InterfaceDynamicProxy


class DecidedTooEarly(TypeError):
    """Python looked at a value that only a plan knows: it is structure, and must be decided at export."""

    def __init__(self, variable: str, action: str) -> None:
        super().__init__(f"{variable} decides the structure ({action}), so it cannot be a Terraform variable")
        self.variable = variable


def _refusing(*names: str) -> Callable[[type], type]:
    """A class decorator: these methods raise ``DecidedTooEarly``."""

    def refuse(action: str) -> Callable[..., NoReturn]:
        def method(self: Any, *_: object, **__: object) -> NoReturn:
            raise DecidedTooEarly(self.variable, action.strip("_"))

        return method

    def decorate(cls: type) -> type:
        for name in names:
            setattr(cls, name, refuse(name))
        return cls

    return decorate


_COMPARISONS = ("__hash__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
_ARITHMETIC = tuple(
    f"__{side}{name}__"
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "divmod")
    for side in ("", "r")
)


@_refusing(
    *_COMPARISONS,
    *("__contains__", "__getitem__", "__iter__", "__mod__", "__mul__"),
    *("split", "rsplit", "splitlines", "partition", "rpartition", "startswith", "endswith", "find", "index", "count"),
    *(
        "replace",
        "removeprefix",
        "removesuffix",
        "lower",
        "upper",
        "title",
        "capitalize",
        "strip",
        "lstrip",
        "rstrip",
        "isdigit",
    ),
)
class PlannedText(str):
    """A text. It may be passed on, and put into other texts."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, variable: str, token: str) -> PlannedText:
        text = super().__new__(cls, token)
        text.variable = variable
        return text


class LetteredText(PlannedText):
    """A zone: its name is the caller's, its last letter is decided at export, for the addresses of resources."""

    __slots__ = ("letter",)
    letter: str

    def __new__(cls, variable: str, token: str, letter: str = "") -> LetteredText:
        text = super().__new__(cls, variable, token)
        text.letter = letter  # type: ignore[attr-defined]
        return text  # type: ignore[return-value]

    def __getitem__(self, index: Any) -> str:
        if index != -1:
            raise DecidedTooEarly(self.variable, "getitem")
        return self.letter


@_refusing(*_COMPARISONS, *_ARITHMETIC, "__bool__", "__int__", "__index__", "__round__", "__neg__", "__abs__")
class PlannedNumber(float):
    """A number. It may be passed on, and put into texts."""

    __slots__ = ("variable",)
    variable: str

    def __new__(cls, variable: str, token: float) -> PlannedNumber:
        number = super().__new__(cls, token)
        number.variable = variable
        return number

    def __str__(self) -> str:
        return f"${{tostring(var.{self.variable})}}"

    def __format__(self, _: str) -> str:
        return str(self)


def planned_flag(variable: str, token: Any) -> Any:
    """A flag. It may be passed on."""

    def decide(*_: Any) -> bool:
        raise DecidedTooEarly(variable, "bool")

    methods = {"__bool__": decide, "__str__": decide, "__eq__": decide, "__hash__": object.__hash__}
    return type("PlannedFlag", (InterfaceDynamicProxy,), methods)(token._delegates)  # noqa: SLF001


_NUMBER = re.compile(r"-8\.\d+e\+?29[0-9]")


def undecided(text: str) -> str | None:
    """A number token that travelled inside a text, where cdktf cannot resolve it; None when there is none."""
    found = _NUMBER.search(text)
    return found[0] if found else None
