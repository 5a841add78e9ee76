"""The services that run code of DAGs, with the access that an environment file gives them."""

from __future__ import annotations

from collections.abc import Iterator

from environments.facts.topology import COMPONENTS, process_name, scheduling_component, uses_celery, worker_name
from environments.model import Environment
from environments.sections.dag_access import DagAccess


def dag_access(environment: Environment) -> Iterator[tuple[str, str, DagAccess]]:
    """The key in the file, the ECS service and the access of each service that runs code of DAGs.

    Airflow tasks run in the worker groups or, without Celery, with the scheduler. Triggers run in the triggerer.
    """
    for component in components_with_dag_code(environment):
        yield f"components.{component}", process_name(component), getattr(environment.components, component)
    for index, group in enumerate(environment.workers):
        yield f"workers[{index}]", worker_name(group.name), group


def components_with_dag_code(environment: Environment) -> tuple[str, ...]:
    """The components, other than worker groups, that run code of DAGs."""
    celery = uses_celery(environment.topology)
    runs = {"triggerer", *(() if celery else (scheduling_component(environment.topology),))}
    return tuple(name for name in COMPONENTS[environment.topology] if name in runs)
