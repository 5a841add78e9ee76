"""Typed references between stacks: the same dataclass, seen from the other side of a remote state."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from cdktf import TerraformOutput, TerraformRemoteState
from constructs import Construct

T = TypeVar("T")


class Publication:
    """Outputs of one stack, read by another.

    Every field of a reference that only Terraform knows becomes an output of ``publisher``, named after its path in the
    reference, and is read back through ``remote``; what is known at synth time travels as it is.
    """

    def __init__(self, *, publisher: Construct, remote: TerraformRemoteState) -> None:
        self._publisher, self._remote = publisher, remote
        self._published: dict[str, Any] = {}

    def across(self, reference: T, *, prefix: str) -> T:
        """``reference`` for use in the reading stack; its outputs start with ``prefix``."""
        changes = {
            item.name: self._value(getattr(reference, item.name), prefix, item.name)
            for item in fields(reference)  # type: ignore[arg-type]
        }
        return replace(reference, **changes)  # type: ignore[type-var]

    def _value(self, value: Any, prefix: str, field: str) -> Any:
        name = f"{prefix}_{field}"
        if isinstance(value, Construct):
            return None
        if is_dataclass(value) and not isinstance(value, type):
            return self.across(value, prefix=name)
        if isinstance(value, tuple) and value and is_dataclass(value[0]):
            return tuple(self.across(item, prefix=f"{prefix}_{_slug(item.name)}") for item in value)
        if isinstance(value, list) and any(known_after_apply(item) for item in value):
            return self._through(value, name)
        return self._through(value, name) if known_after_apply(value) else value

    def _through(self, value: Any, name: str) -> Any:
        key = str(value)
        if key not in self._published:
            TerraformOutput(self._publisher, name, value=value, description=f"{name}: for the stacks above this one")
            several = isinstance(value, list)
            self._published[key] = self._remote.get_list(name) if several else self._remote.get_string(name)
        return self._published[key]


def known_after_apply(value: object) -> bool:
    """Tell whether a text holds a token or an expression; cdktf's ``Token.is_unresolved`` asks Node for that."""
    # By the plain text's own method: texts that a plan decides refuse every look at them, and are not known either way.
    return isinstance(value, str) and str.__contains__(value, "${")


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name)
