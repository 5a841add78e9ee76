"""The table of Airflow processes: what is fixed about each, whatever the environment."""

from __future__ import annotations

from dataclasses import dataclass

from environments.facts.topology import worker_name
from modules.core.task import HealthCheck

HEALTH = ("python", "/opt/airflow-fargate/health.py")


@dataclass(frozen=True)
class Process:
    """One Airflow process. ``command`` is what the image's entrypoint takes."""

    name: str
    purpose: str
    health_check: HealthCheck | None
    command: tuple[str, ...]
    port: int | None = None


def _process(name: str, purpose: str, *, start_period: int, port: int | None = None, command: str = "") -> Process:
    """Start periods (seconds, ECS allows up to 300) are several times what was measured at 0.25 vCPU (2026-11-22)."""
    command = command or name
    check = HealthCheck(command=(*HEALTH, command), start_period=start_period)
    return Process(name=name, purpose=purpose, health_check=check, command=(command,), port=port)


API_SERVER = _process("api-server", "Airflow UI, REST API and execution API", start_period=120, port=8080)
SCHEDULER = _process("scheduler", "Airflow scheduler", start_period=60)
DAG_PROCESSOR = _process("dag-processor", "Airflow DAG processor", start_period=60)
TRIGGERER = _process("triggerer", "Airflow triggerer", start_period=60)
MIGRATE = Process("migrate", "Brings the metadata database to the schema of this version", None, ("migrate",))
DB_CLEAN = Process("db-clean", "Deletes old rows of the metadata database", None, ("db-clean",))
STANDALONE = _process("standalone", "All Airflow processes in one Fargate task", start_period=180, port=8080)
FLOWER = _process("flower", "Celery monitor, internal only", start_period=60, port=5555)


def worker(group: str) -> Process:
    """The worker of one group; its service is named after the group."""
    return _process(worker_name(group), f"Airflow worker of group {group}", start_period=120, command="worker")


WORKER_LOG_PORT = 8793
TRIGGERER_LOG_PORT = 8794
