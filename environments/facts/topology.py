"""The topologies: which Airflow components each one runs, and with which executor."""

from __future__ import annotations

from typing import Literal

Topology = Literal["sequential", "single", "local_executor", "celery"]
TOPOLOGIES: tuple[Topology, ...] = ("sequential", "single", "local_executor", "celery")
FORMER_NAMES = {"local": "local_executor"}
"""Topologies that had another name, with the name of today."""
STANDALONE = "standalone"
SEPARATE = ("api_server", "scheduler", "dag_processor", "triggerer")
"""Components that run in a Fargate task each, unless one Fargate task runs all of Airflow."""

COMPONENTS: dict[Topology, tuple[str, ...]] = {
    "sequential": (STANDALONE,),
    "single": (STANDALONE,),
    "local_executor": SEPARATE,
    "celery": (*SEPARATE, "flower"),
}
"""Components that a topology can have, by their key in an environment file."""


def is_standalone(topology: Topology) -> bool:
    """True when one Fargate task runs all of Airflow."""
    return COMPONENTS[topology] == (STANDALONE,)


def uses_celery(topology: Topology) -> bool:
    """True when worker groups run the Airflow tasks: only then are there a broker, queues and worker metrics."""
    return topology == "celery"


def executor(topology: Topology) -> str:
    """The value of Airflow's option ``[core] executor``."""
    return "CeleryExecutor" if uses_celery(topology) else "LocalExecutor"


def scheduling_component(topology: Topology) -> str:
    """The component that runs the scheduler; without Celery it runs the Airflow tasks too."""
    return STANDALONE if is_standalone(topology) else "scheduler"


def process_name(component: str) -> str:
    """``api_server``, a key of the environment file, as the command, ECS service and log group ``api-server``."""
    return component.replace("_", "-")


def worker_name(group: str) -> str:
    """Name of the ECS service and log group of a worker group."""
    return f"worker-{group}"
