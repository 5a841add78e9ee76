"""The order in which ECS starts the containers of a task, and the conditions that it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.containers.definition import ContainerDefinition
from local.containers.engine import Container, EngineError


def in_order(containers: tuple[ContainerDefinition, ...]) -> list[ContainerDefinition]:
    """The containers after their dependencies. ECS rejects circular dependencies at registration."""
    remaining, ordered = list(containers), list[ContainerDefinition]()
    while remaining:
        names = {container.name for container in ordered}
        ready = [container for container in remaining if set(container.depends_on) <= names] or remaining
        ordered += ready
        remaining = [container for container in remaining if container not in ready]
    return ordered


def is_met(container: Container, condition: str) -> bool:
    """Whether a container has reached the condition of ``dependsOn``; raises EngineError where it cannot any more."""
    state = container.state
    ended = state["Status"] == "exited"
    if condition == "SUCCESS" and ended and state["ExitCode"]:
        raise EngineError(f"{container.name} ended with {state['ExitCode']}: {container.logs()[-500:]}")
    met: dict[str, bool] = {
        "START": state["Running"] or ended,
        "COMPLETE": ended,
        "SUCCESS": ended and state["ExitCode"] == 0,
        "HEALTHY": health_of(state) == "healthy",
    }
    return met[condition]


def health_of(state: Mapping[str, Any]) -> str:
    """The health in a state of ``docker inspect``; empty without a health check."""
    return str((state.get("Health") or {}).get("Status", ""))
