"""Container definitions of ECS task definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_gate.reading.json_document import document
from terraform_gate.terraform_resource import Resource, items


class UnknownContainersError(Exception):
    """Container definitions that cannot be read before the apply."""


@dataclass(frozen=True)
class Container:
    """One container definition; `body` has the spelling of the ECS API (`readonlyRootFilesystem`)."""

    task: Resource
    body: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.body.get("name", "?"))

    @property
    def is_essential(self) -> bool:
        """Whether the Fargate task stops when the container stops; the default of ECS is true."""
        return self.body.get("essential") is not False

    @property
    def environment(self) -> Mapping[str, Any]:
        """Plain environment variables."""
        return {str(item.get("name")): item.get("value") for item in self._maps("environment")}

    @property
    def secrets(self) -> Mapping[str, Any]:
        """Environment variable -> `valueFrom`."""
        return {str(item.get("name")): item.get("valueFrom") for item in self._maps("secrets")}

    @property
    def component(self) -> str:
        """What an image of this project runs (`worker`, `scheduler`, `git-sync`): its command; "" for other images."""
        command = items(self.body.get("command"))
        return str(command[0]) if command and "AIRFLOW_COMPONENT" in self.environment else ""

    def get(self, *path: str) -> Any:
        """Return the value at a path in the definition; None if a step is missing."""
        value: Any = self.body
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    @property
    def log_options(self) -> Mapping[str, Any]:
        """Options of the log driver; empty when there is none, or something else than an object."""
        found = self.get("logConfiguration", "options")
        return found if isinstance(found, Mapping) else {}

    def _maps(self, name: str) -> list[Mapping[str, Any]]:
        return [item for item in items(self.body.get(name)) if isinstance(item, Mapping)]


def containers_of(task: Resource) -> tuple[Container, ...]:
    """Read the container definitions of an `aws_ecs_task_definition`.

    Raises:
        UnknownContainersError: the definitions are unknown, or not a list of objects.
    """
    value = task.get("container_definitions")
    parsed = document(value)
    listed = list(items(parsed))
    if not listed or not all(isinstance(item, Mapping) for item in listed):
        raise UnknownContainersError(f"container_definitions cannot be read: {' '.join(str(value).split())[:80]}")
    return tuple(Container(task=task, body=item) for item in listed)
