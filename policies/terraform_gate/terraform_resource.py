"""One resource as the rules see it, wherever it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_gate.reading.expression import document


@dataclass(frozen=True)
class Resource:
    """A managed resource or a data source of one stack.

    `body` holds the arguments as plain JSON data, `${...}` marking what is not known (see `reading.expression`).
    `address` is Terraform's (`module.web.aws_lb.this[0]`), unique in its stack; `key` is `stack//address`, unique in
    the configuration and the form in which references name it.
    """

    stack: str
    address: str
    type: str
    name: str
    body: Mapping[str, Any] = field(repr=False)
    file: Path = Path()
    line: int = 1
    construct_path: str = ""
    is_planned: bool = False
    """From a plan: values are known, but meta-arguments (`lifecycle`) are not in it."""

    @property
    def key(self) -> str:
        """Name the resource uniquely in the whole configuration."""
        return f"{self.stack}//{self.address}"

    @property
    def is_data(self) -> bool:
        """Tell whether this is a data source rather than a managed resource."""
        return ".data." in f".{self.address}"

    def get(self, *path: str | int, default: Any = None) -> Any:
        """Walk into the body: `get("logging", 0, "bucket")`. A single block may stand as a map or as a list of one."""
        value: Any = self.body
        for step in path:
            value = _step(value, step)
            if value is None:
                return default
        return value

    def blocks(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """List the nested blocks called `name`: Terraform writes one as a map or as a list, none as null or []."""
        return blocks(self.body, name)

    def values(self, name: str) -> tuple[Any, ...]:
        """List the items of a list argument: none for null, one for a scalar (an unknown list is one `${...}`)."""
        return items(self.body.get(name))

    def document(self, name: str) -> Any:
        """Parse a JSON-in-a-string argument; None when it is absent or no JSON document."""
        return document(self.body.get(name))


def blocks(body: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """List the nested blocks called `name` in `body`, as `Resource.blocks` does."""
    return tuple(item for item in items(body.get(name)) if isinstance(item, Mapping))


def items(value: Any) -> tuple[Any, ...]:
    """See a value as a list: nothing for null, the items of a list, else the value alone."""
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
