"""The Airflow processes, with the properties that are the same in every environment."""

from __future__ import annotations

from dataclasses import dataclass

from environments.facts.topology import AIRFLOW_TASK, worker_name
from modules.core.container import HealthCheck

HEALTH = ("python", "/opt/airflow-fargate/health.py")


@dataclass(frozen=True)
class Process:
    """One Airflow process.

    Args:
        name: name of the ECS service, the log group and the container.
        purpose: description of its security group and its roles.
        health_check: check of the container; none for a one-off process.
        command: arguments of the image's entrypoint.
        port: TCP port that the process serves, if any.
    """

    name: str
    purpose: str
    health_check: HealthCheck | None
    command: tuple[str, ...]
    port: int | None = None


def _process(name: str, purpose: str, *, start_period: int, port: int | None = None, command: str = "") -> Process:
    """Start periods (seconds, at most 300) are several times the start time measured at 0.25 vCPU (2026-11-22)."""
    command = command or name
    check = HealthCheck(command=(*HEALTH, command), start_period=start_period)
    return Process(name=name, purpose=purpose, health_check=check, command=(command,), port=port)


API_SERVER = _process("api-server", "Airflow UI, REST API and execution API", start_period=120, port=8080)
SCHEDULER = _process("scheduler", "Airflow scheduler", start_period=60)
DAG_PROCESSOR = _process("dag-processor", "Airflow DAG processor", start_period=60)
TRIGGERER = _process("triggerer", "Airflow triggerer", start_period=60)
MIGRATE = Process("migrate", "Brings the metadata database to the schema of this version", None, ("migrate",))
TASK = Process(AIRFLOW_TASK, "One Airflow task", None, (AIRFLOW_TASK,))
DB_CLEAN = Process("db-clean", "Deletes old rows of the metadata database", None, ("db-clean",))
STANDALONE = _process("standalone", "All Airflow processes in one Fargate task", start_period=180, port=8080)
FLOWER = _process("flower", "Celery monitor, internal only", start_period=60, port=5555)


def worker(group: str) -> Process:
    """Return the process of the worker group ``group``; its service is named ``worker-<group>``."""
    return _process(worker_name(group), f"Airflow worker of group {group}", start_period=120, command="worker")


WORKER_LOG_PORT = 8793
TRIGGERER_LOG_PORT = 8794
