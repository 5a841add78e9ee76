"""Cross-stack references: the outputs of one stack, read by another through its remote state."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from cdktf import TerraformOutput, TerraformRemoteState
from constructs import Construct

T = TypeVar("T")

# Metadata key of a dataclass field: replaces the field's name in the names of the outputs that hold its parts.
OUTPUT_PREFIX = "output_prefix"


class CrossStackOutputs:
    """Outputs of the stack ``publisher``, read back by another stack through ``remote``.

    Every field of a reference that is known only after apply becomes an output of ``publisher``, named after its path
    in the reference (``database.address`` becomes ``database_address``). A value that is known at synth time is passed
    on as it is.

    Args:
        publisher: the stack that gets the outputs.
        remote: the remote state of ``publisher``, defined in the reading stack.
    """

    def __init__(self, *, publisher: Construct, remote: TerraformRemoteState) -> None:
        self._publisher, self._remote = publisher, remote
        self._published: dict[str, Any] = {}

    def publish(self, reference: T, *, prefix: str = "") -> T:
        """Return ``reference`` for use in the reading stack.

        Args:
            reference: a dataclass whose fields are values, lists of values or further dataclasses.
            prefix: beginning of the outputs' names; none at the top.
        """
        changes = {
            item.name: self._value(getattr(reference, item.name), prefix, item.metadata.get(OUTPUT_PREFIX, item.name))
            for item in fields(reference)  # type: ignore[arg-type]
        }
        return replace(reference, **changes)  # type: ignore[type-var]

    def _value(self, value: Any, prefix: str, name: str) -> Any:
        path = "_".join(part for part in (prefix, name) if part)
        if isinstance(value, Construct):
            return None
        if is_dataclass(value) and not isinstance(value, type):
            return self.publish(value, prefix=path)
        if isinstance(value, tuple) and value and is_dataclass(value[0]):
            return tuple(self.publish(item, prefix=_output_name(item.name)) for item in value)
        if isinstance(value, list) and any(known_after_apply(item) for item in value):
            return self._output(value, path)
        return self._output(value, path) if known_after_apply(value) else value

    def _output(self, value: Any, name: str) -> Any:
        key = str(value)
        if key not in self._published:
            TerraformOutput(self._publisher, name, value=value, description=f"{name}, read by the stack of Airflow")
            is_list = isinstance(value, list)
            self._published[key] = self._remote.get_list(name) if is_list else self._remote.get_string(name)
        return self._published[key]


def known_after_apply(value: object) -> bool:
    """Tell whether a text contains a token or an expression, without the call to Node of ``Token.is_unresolved``."""
    # str.__contains__ instead of ``in``: the text type of exported modules raises an error on ``in``.
    return isinstance(value, str) and str.__contains__(value, "${")


def _output_name(name: str) -> str:
    return re.sub(r"\W+", "_", name)
