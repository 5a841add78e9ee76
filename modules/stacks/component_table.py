"""The table of components: which processes a topology runs, and what each uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from environments.facts.topology import is_standalone, uses_celery
from environments.model import Environment
from environments.sections.compute import TaskSize
from modules.core.airflow_process import (
    API_SERVER,
    DAG_PROCESSOR,
    DB_CLEAN,
    FLOWER,
    MIGRATE,
    SCHEDULER,
    STANDALONE,
    TRIGGERER,
    Process,
    worker,
)
from modules.core.service import Capacity, Size

Use = Literal[
    "database", "broker", "shared_secrets", "secrets_backend", "task_logs", "execution_api", "dags", "metrics"
]
SERVER: tuple[Use, ...] = ("database", "shared_secrets", "secrets_backend")


@dataclass(frozen=True)
class Planned:
    """One row: a process, its size, and what it uses in this environment."""

    process: Process
    size: TaskSize
    uses: tuple[Use, ...]
    maximum: int

    @property
    def fargate_size(self) -> Size:
        return Size(self.size.cpu, self.size.memory_mib, self.size.ephemeral_storage_gib)

    @property
    def capacity(self) -> Capacity:
        return Capacity(count=self.size.count, spot_percent=self.size.spot_percent)


def components(environment: Environment) -> tuple[Planned, ...]:
    """The services of an environment besides its worker groups, in the order in which they are made."""
    sizes = environment.components
    if is_standalone(environment.topology):
        uses: tuple[Use, ...] = (*SERVER, "task_logs", "dags")
        return (Planned(STANDALONE, sizes.standalone, uses, sizes.standalone.count),)
    celery = uses_celery(environment.topology)
    broker: tuple[Use, ...] = ("broker",) if celery else ()
    runs_tasks: tuple[Use, ...] = ("metrics",) if celery else ("task_logs", "execution_api", "dags")
    rows = [
        Planned(API_SERVER, sizes.api_server, (*SERVER, *broker, "task_logs"), sizes.api_server.max_count),
        Planned(SCHEDULER, sizes.scheduler, (*SERVER, *broker, *runs_tasks), sizes.scheduler.count),
        Planned(DAG_PROCESSOR, sizes.dag_processor, (*SERVER, "dags"), sizes.dag_processor.count),
        Planned(TRIGGERER, sizes.triggerer, (*SERVER, "task_logs", "dags"), sizes.triggerer.count),
    ]
    if sizes.flower:
        rows.append(Planned(FLOWER, sizes.flower, broker, sizes.flower.count))
    return tuple(rows)


WORKER_USES: tuple[Use, ...] = ("database", "broker", "secrets_backend", "task_logs", "execution_api", "dags")


def processes(environment: Environment) -> tuple[str, ...]:
    """Names of everything that writes a log: services, worker groups, one-off tasks."""
    services = [row.process.name for row in components(environment)]
    workers = [worker(group.name).name for group in environment.workers]
    one_off = [MIGRATE.name, *([DB_CLEAN.name] if environment.cleanup.enabled else [])]
    return (*services, *workers, *one_off)
