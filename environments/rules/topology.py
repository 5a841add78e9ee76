"""Keys that the topology does not use are rejected."""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.facts.topology import (
    COMPONENTS,
    can_use_ecs,
    scheduling_component,
    uses_celery,
    uses_local_executor,
)
from environments.model import Environment
from environments.rules.registry import rule


@rule("topology", "workers")
def workers_only_with_celery(environment: Environment) -> Iterator[Problem]:
    """Worker groups belong to topology `celery`, which has at least one."""
    celery = uses_celery(environment.topology)
    if environment.workers and not celery:
        yield Problem(
            "workers", f"topology {environment.topology} has no workers. Fix: remove the key or use topology celery"
        )
    if celery and not environment.workers:
        yield Problem("workers", "topology celery needs at least one worker group, got none")


@rule("topology", "ecs_executor")
def ecs_executor_with_ecs_or_celery(environment: Environment) -> Iterator[Problem]:
    """Airflow tasks run in separate Fargate tasks with the topologies `ecs` and `celery`."""
    if environment.ecs_executor and not can_use_ecs(environment.topology):
        yield Problem(
            "ecs_executor",
            f"topology {environment.topology} runs Airflow tasks with the LocalExecutor. Fix: remove the key or use "
            "topology ecs or celery",
        )


@rule("topology", "broker")
def broker_only_with_celery(environment: Environment) -> Iterator[Problem]:
    """The broker belongs to topology `celery`."""
    if not uses_celery(environment.topology) and "broker" in environment.model_fields_set:
        yield Problem(
            "broker", f"topology {environment.topology} has no broker. Fix: remove the key or use topology celery"
        )


@rule("topology", "components")
def components_of_the_topology(environment: Environment) -> Iterator[Problem]:
    """A file has sizes only for components that the topology runs."""
    existing = COMPONENTS[environment.topology]
    for name in sorted(environment.components.model_fields_set - set(existing)):
        if getattr(environment.components, name) is not None:
            yield Problem(
                f"components.{name}",
                f"topology {environment.topology} has no such component, only {', '.join(existing)}. "
                "Fix: remove the key",
            )


@rule("topology", "components")
def one_scheduler_with_the_local_executor(environment: Environment) -> Iterator[Problem]:
    """Topologies with the LocalExecutor run one scheduler."""
    name = scheduling_component(environment.topology)
    count = getattr(environment.components, name).count
    if count != 1 and uses_local_executor(environment.topology):
        yield Problem(
            f"components.{name}.count",
            f"topology {environment.topology} runs one {name}, got {count}. Fix: use topology ecs or celery",
        )
