"""Typed references between stacks: the same dataclass, seen from the other side of a remote state."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from cdktf import TerraformOutput, TerraformRemoteState, Token
from constructs import Construct

T = TypeVar("T")


def across(reference: T, *, published_by: Construct, read_from: TerraformRemoteState, prefix: str) -> T:
    """``reference`` for use in another stack.

    Every field that only Terraform knows becomes an output of ``published_by`` named ``<prefix>_<field>`` and is read
    back through ``read_from``; fields known at synth time and nested dataclasses travel as they are.
    """
    changes: dict[str, object] = {}
    for item in fields(reference):  # type: ignore[arg-type]
        value = getattr(reference, item.name)
        if isinstance(value, Construct):
            changes[item.name] = None
        elif is_dataclass(value) and not isinstance(value, type):
            changes[item.name] = across(
                value, published_by=published_by, read_from=read_from, prefix=f"{prefix}_{item.name}"
            )
        elif _known_after_apply(value):
            changes[item.name] = _through_output(value, published_by, read_from, f"{prefix}_{item.name}")
    return cast(T, replace(reference, **changes))  # type: ignore[type-var]


def _known_after_apply(value: object) -> bool:
    if isinstance(value, list):
        return any(_known_after_apply(item) for item in value)
    return isinstance(value, str) and bool(Token.is_unresolved(value))


def _through_output(value: object, publisher: Construct, remote: TerraformRemoteState, name: str) -> object:
    TerraformOutput(publisher, name, value=value, description=f"For the stacks that use this one: {name}.")
    return remote.get_list(name) if isinstance(value, list) else remote.get_string(name)
