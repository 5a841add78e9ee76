"""What a Fargate task needs from its surroundings: IAM roles, a network interface, the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from local.containers.engine import Container


class Roles(Protocol):
    """The IAM roles of one task."""

    def start(self) -> Mapping[str, Mapping[str, str]]:
        """Do what ECS does before it starts containers; return secret values by variable, by container."""

    def write_logs(self, texts: Mapping[str, str]) -> None:
        """Send the output of containers to their log groups."""


class Interface(Protocol):
    """The network interface of one task."""

    @property
    def address(self) -> str:
        """Its IPv4 address."""

    def open(self, name: str) -> Container:
        """Start the container ``name``, which holds the interface; raises EngineError where the task cannot start."""

    def close(self) -> None:
        """Release the interface of a task that has stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The surroundings of every task.

    Args:
        image: image of every container, in place of the image in the definition.
        check_every: longest interval of health checks in seconds. The time to unhealthy stays the definition's.
        variables: variables to add to every container (region, address of the emulator).
        options: options to add to every ``docker run`` (the certificates of the backing services).
    """

    image: str
    check_every: int
    variables: Mapping[str, str]
    options: tuple[str, ...]
