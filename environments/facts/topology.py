"""The topologies: which Airflow components each one runs, and with which executors."""

from __future__ import annotations

from typing import Literal

Topology = Literal["sequential", "single", "local_executor", "ecs", "celery"]
TOPOLOGIES: tuple[Topology, ...] = ("sequential", "single", "local_executor", "ecs", "celery")
FORMER_NAMES = {"local": "local_executor"}
"""Topologies that had another name, with the name of today."""
STANDALONE = "standalone"
AIRFLOW_TASK = "airflow-task"
"""Name of the task definition and log group of Airflow tasks that run in separate Fargate tasks."""
ECS_EXECUTOR = "ecs"
"""Name by which DAGs choose the executor of such Airflow tasks: ``executor="ecs"``."""
ECS_EXECUTOR_CLASS = "airflow_fargate.ecs_executor.FargateExecutor"
SEPARATE = ("api_server", "scheduler", "dag_processor", "triggerer")
"""Components that run in a Fargate task each, unless one Fargate task runs all of Airflow."""

COMPONENTS: dict[Topology, tuple[str, ...]] = {
    "sequential": (STANDALONE,),
    "single": (STANDALONE,),
    "local_executor": SEPARATE,
    "ecs": SEPARATE,
    "celery": (*SEPARATE, "flower"),
}
"""Components that a topology can have, by their key in an environment file."""


def is_standalone(topology: Topology) -> bool:
    """True when one Fargate task runs all of Airflow."""
    return COMPONENTS[topology] == (STANDALONE,)


def uses_celery(topology: Topology) -> bool:
    """True when worker groups run the Airflow tasks: only then are there a broker, queues and worker metrics."""
    return topology == "celery"


def uses_local_executor(topology: Topology) -> bool:
    """True when the Fargate task of the scheduler runs the Airflow tasks, so that there is one scheduler."""
    return topology in {"sequential", "single", "local_executor"}


def can_use_ecs(topology: Topology) -> bool:
    """True when Airflow tasks can run in separate Fargate tasks: always with `ecs`, on request with `celery`."""
    return topology in {"ecs", "celery"}


def executors(topology: Topology, *, ecs: bool) -> str:
    """The value of Airflow's option ``[core] executor``; the first executor is the default.

    Args:
        topology: the topology.
        ecs: whether the environment has a section ``ecs_executor``.
    """
    if uses_local_executor(topology):
        return "LocalExecutor"
    names = ["CeleryExecutor"] if uses_celery(topology) else []
    return ",".join([*names, f"{ECS_EXECUTOR}:{ECS_EXECUTOR_CLASS}"] if ecs else names)


def scheduling_component(topology: Topology) -> str:
    """The component that runs the scheduler; with the LocalExecutor it runs the Airflow tasks too."""
    return STANDALONE if is_standalone(topology) else "scheduler"


def process_name(component: str) -> str:
    """``api_server``, a key of the environment file, as the command, ECS service and log group ``api-server``."""
    return component.replace("_", "-")


def worker_name(group: str) -> str:
    """Name of the ECS service and log group of a worker group."""
    return f"worker-{group}"
