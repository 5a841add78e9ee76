"""The base class of rules about single containers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from terraform_gate.ecs.containers import Container, UnknownContainersError, containers_of
from terraform_gate.finding import Finding
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Rule
from terraform_gate.terraform_resource import Resource


class ContainerRule(Rule):
    """A rule about each container of each task definition."""

    resource_types = ("aws_ecs_task_definition",)
    decides: ClassVar[tuple[str, ...]] = ()
    """Arguments that decide: if one of them is unknown, the verdict is unknown."""

    @abstractmethod
    def violations(self, container: Container) -> Iterator[str]:
        """Yield what is wrong with one container."""

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Evaluate every container of the task definition."""
        try:
            containers = containers_of(resource)
        except UnknownContainersError as error:
            yield Finding.unknown(resource, str(error))
            return
        for container in containers:
            unknown = [part for part in self.decides if not is_known(container.get(*part.split(".")))]
            yield from (
                Finding.unknown(resource, f"container {container.name}: {part} is not known before the apply")
                for part in unknown
            )
            if not unknown:
                yield from (
                    Finding.fail(resource, f"container {container.name}: {text}") for text in self.violations(container)
                )
