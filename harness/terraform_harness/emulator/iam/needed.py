"""A permission that a request needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Needed:
    """An action on a resource that a call needs."""

    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)


def value(parameters: Any, path: str) -> Any:
    """Return the value at a path of names joined by dots; None where it is absent."""
    for name in path.split("."):
        parameters = parameters.get(name) if isinstance(parameters, Mapping) else None
    return parameters
