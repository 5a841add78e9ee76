"""The services that run code of DAGs, with the access that an environment file gives them."""

from __future__ import annotations

from collections.abc import Iterator

from environments.facts.topology import (
    AIRFLOW_TASK,
    COMPONENTS,
    process_name,
    scheduling_component,
    uses_local_executor,
    worker_name,
)
from environments.model import Environment
from environments.sections.dag_access import DagAccess


def dag_access(environment: Environment) -> Iterator[tuple[str, str, DagAccess]]:
    """The key in the file, the process and the access of everything that runs code of DAGs.

    Airflow tasks run in the worker groups, in separate Fargate tasks or, with the LocalExecutor, with the
    scheduler. Triggers run in the triggerer.
    """
    for component in components_with_dag_code(environment):
        yield f"components.{component}", process_name(component), getattr(environment.components, component)
    for index, group in enumerate(environment.workers):
        yield f"workers[{index}]", worker_name(group.name), group
    if environment.ecs_executor:
        yield "ecs_executor", AIRFLOW_TASK, environment.ecs_executor


def components_with_dag_code(environment: Environment) -> tuple[str, ...]:
    """The components, other than worker groups, that run code of DAGs."""
    local = uses_local_executor(environment.topology)
    runs = {"triggerer", *((scheduling_component(environment.topology),) if local else ())}
    return tuple(name for name in COMPONENTS[environment.topology] if name in runs)
