"""T1: keys that the topology has no use for are mistakes, not decoration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from environments.errors import Problem
from environments.rules.registry import rule

if TYPE_CHECKING:
    from environments.model import Environment

COMPONENTS_OF: dict[str, tuple[str, ...]] = {
    "sequential": ("standalone",),
    "single": ("standalone",),
    "local": ("api_server", "scheduler", "dag_processor", "triggerer"),
    "celery": ("api_server", "scheduler", "dag_processor", "triggerer", "flower"),
}
"""Components that exist in each topology."""


@rule("topology", "workers")
def workers_only_with_celery(environment: Environment) -> Iterator[Problem]:
    """Worker groups exist in `celery` only, and there at least one."""
    celery = environment.topology == "celery"
    if environment.workers and not celery:
        yield Problem("workers", f"topology {environment.topology} has no workers: remove the key or use celery")
    if celery and not environment.workers:
        yield Problem("workers", "topology celery needs at least one worker group, got none")


@rule("topology", "broker")
def broker_only_with_celery(environment: Environment) -> Iterator[Problem]:
    """The broker exists in `celery` only."""
    if environment.topology != "celery" and "broker" in environment.model_fields_set:
        yield Problem("broker", f"topology {environment.topology} has no broker: remove the key or use celery")


@rule("topology", "components")
def components_of_the_topology(environment: Environment) -> Iterator[Problem]:
    """Only components that exist have a size in the file."""
    existing = COMPONENTS_OF[environment.topology]
    for name in sorted(environment.components.model_fields_set - set(existing)):
        if getattr(environment.components, name) is not None:
            yield Problem(
                f"components.{name}",
                f"topology {environment.topology} has no such component, only {', '.join(existing)}: remove the key",
            )


@rule("topology", "components")
def one_executor(environment: Environment) -> Iterator[Problem]:
    """T1: one scheduler with the LocalExecutor, one Fargate task for everything."""
    name = {"sequential": "standalone", "single": "standalone", "local": "scheduler"}.get(environment.topology)
    count = getattr(environment.components, name).count if name else 1
    if count != 1:
        yield Problem(
            f"components.{name}.count", f"topology {environment.topology} runs one {name}, got {count}: use celery"
        )
