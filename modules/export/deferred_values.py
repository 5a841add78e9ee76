"""Deferred values: Python objects for Terraform variables, whose values are known only at plan time.

A token of cdktf looks like an ordinary value: a number is -8.1e298, a flag is always true, and arithmetic with it or a
condition on it gives a wrong result without an error. Arithmetic with a deferred number gives the Terraform expression;
everything else that would need the value raises ``StructuralInputError``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf import Token
from jsii._reference_map import InterfaceDynamicProxy

from modules.export.deferred_numbers import DeferredNumber
from modules.export.structural_input import COMPARISONS, StructuralInputError, rejecting

HTTPS = "https://"


_TEXT_METHODS = (
    *("__contains__", "__getitem__", "__iter__", "__mod__", "__mul__"),
    *("split", "rsplit", "splitlines", "partition", "rpartition", "startswith", "endswith", "find", "index", "count"),
    *("replace", "removeprefix", "removesuffix", "lower", "upper", "title", "capitalize"),
    *("strip", "lstrip", "rstrip", "isdigit"),
)
Locals = dict[str, Any]


@rejecting(*COMPARISONS, *_TEXT_METHODS)
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
    """A deferred git address. Its protocol is fixed, because SSH needs separate security group rules."""

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


def deferred_flag(variable: str, token: Any) -> Any:
    """A deferred flag. It may be passed on."""

    def reject(*_: Any) -> bool:
        raise StructuralInputError(variable, "bool")

    methods = {"__bool__": reject, "__str__": reject, "__eq__": reject, "__hash__": object.__hash__}
    return type("DeferredFlag", (InterfaceDynamicProxy,), methods)(token._delegates)  # noqa: SLF001
