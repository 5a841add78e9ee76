"""How many Fargate tasks each ECS service of an environment runs."""

from __future__ import annotations

from environments.facts.topology import COMPONENTS, process_name, worker_name
from environments.model import Environment


def service_counts(environment: Environment) -> dict[str, tuple[int, int]]:
    """Lower and upper bound of the number of Fargate tasks of every service, by the name of the service."""
    sizes = {name: getattr(environment.components, name) for name in COMPONENTS[environment.topology]}
    components = {process_name(name): (size.count, size.max_count) for name, size in sizes.items() if size is not None}
    workers = {worker_name(group.name): (group.min_count, group.max_count) for group in environment.workers}
    return components | workers


def most_airflow_tasks(environment: Environment) -> int:
    """Upper bound of the Fargate tasks that run one Airflow task each: every scheduler starts up to ``max_count``."""
    executor = environment.ecs_executor
    return environment.components.scheduler.count * executor.max_count if executor else 0
