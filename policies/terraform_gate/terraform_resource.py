"""A resource, as rules see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_gate.reading.json_document import document


@dataclass(frozen=True)
class Secret:
    """A secret value in an argument: the names on the way to it, and the source (``var.password``)."""

    path: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Resource:
    """A managed resource or a data source of one stack.

    Attributes:
        stack: Name of the stack.
        address: Terraform address (``module.web.aws_lb.this[0]``), unique in the stack.
        type: Resource type.
        name: Name in the configuration.
        body: The arguments as JSON data, with ``${...}`` for unknown values (see ``reading.expression``).
        file: The Terraform JSON file or the plan.
        line: Line of the file.
        construct_path: Path of the CDKTF construct that defined it; empty when there is none.
        stack_trace: Frames of the program that defined it (``"new Vpc (network.py:12)"``), innermost first.
        is_planned: Whether it is from a plan, which has known values but no meta-arguments.
        has_lifecycle: Whether the body has the ``lifecycle`` of the configuration; false for a plan without its source.
        may_be_absent: Whether its ``count`` or ``for_each`` is not known, so that it may not exist.
        secrets: The arguments that contain secret values, as far as the configuration shows it (see ``reading.taint``).
    """

    stack: str
    address: str
    type: str
    name: str
    body: Mapping[str, Any] = field(repr=False)
    file: Path = Path()
    line: int = 1
    construct_path: str = ""
    stack_trace: tuple[str, ...] = field(default=(), repr=False)
    is_planned: bool = False
    has_lifecycle: bool = True
    may_be_absent: bool = False
    secrets: tuple[Secret, ...] = field(default=(), repr=False)

    @property
    def key(self) -> str:
        """``stack//address``: unique in the configuration, and the form in which references name the resource."""
        return f"{self.stack}//{self.address}"

    @property
    def is_data(self) -> bool:
        """Whether this is a data source rather than a managed resource."""
        return ".data." in f".{self.address}"

    def get(self, *path: str | int, default: Any = None) -> Any:
        """Return a nested value of the body: ``get("logging", 0, "bucket")``.

        Args:
            path: Names and indices; a single block can be a map or a list of one map.
            default: The result when the value is absent or null.
        """
        value: Any = self.body
        for step in path:
            value = _step(value, step)
            if value is None:
                return default
        return value

    def blocks(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """List the nested blocks called ``name``: Terraform writes a single block as a map or as a list of one map."""
        return blocks(self.body, name)

    def values(self, name: str) -> tuple[Any, ...]:
        """List the items of a list argument: none for null, one for a scalar (an unknown list is one ``${...}``)."""
        return items(self.body.get(name))

    def document(self, name: str) -> Any:
        """Parse an argument that contains a JSON document; None when it is absent or not JSON."""
        return document(self.body.get(name))


def blocks(body: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """List the nested blocks called ``name`` in ``body``, as ``Resource.blocks`` does."""
    return tuple(item for item in items(body.get(name)) if isinstance(item, Mapping))


def items(value: Any) -> tuple[Any, ...]:
    """Convert a value to a tuple: empty for null, the items of a list without nulls, else the value alone."""
    if value is None:
        return ()
    return tuple(item for item in value if item is not None) if isinstance(value, list | tuple) else (value,)


def _step(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        values = items(value)
        return values[step] if step < len(values) else None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get(step) if isinstance(value, Mapping) else None
