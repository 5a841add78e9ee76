"""The error of a construct that needs the value of a deferred input while it is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

COMPARISONS = ("__hash__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")


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


def rejecting(*names: str) -> Callable[[type], type]:
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
