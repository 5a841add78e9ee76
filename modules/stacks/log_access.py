"""Lets the api-servers read the logs of running Airflow tasks and triggers."""

from __future__ import annotations

from collections.abc import Mapping

from environments.facts.topology import Topology, uses_local_executor
from modules.constructs.component import Component
from modules.core.airflow_process import API_SERVER, SCHEDULER, TRIGGERER, TRIGGERER_LOG_PORT, WORKER_LOG_PORT


def allow_log_access(services: Mapping[str, Component], topology: Topology) -> None:
    """Allow the api-servers to connect to the components that run Airflow tasks and triggers.

    Worker groups have their own readers of logs.

    Args:
        services: the components by the name of their process.
        topology: topology of the environment.
    """
    if API_SERVER.name not in services:
        return
    reader = services[API_SERVER.name].connections
    triggerer = services[TRIGGERER.name].connections
    triggerer.allow_from(reader, port=TRIGGERER_LOG_PORT, why="logs of running triggers")
    if uses_local_executor(topology):
        scheduler = services[SCHEDULER.name].connections
        scheduler.allow_from(reader, port=WORKER_LOG_PORT, why="logs of running Airflow tasks")
