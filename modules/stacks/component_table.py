"""The components of each topology, and the backing services that each component uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from environments.facts.topology import is_standalone, uses_celery, uses_local_executor
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
    TASK,
    TRIGGERER,
    Process,
    worker,
)
from modules.core.deferrable import exceeds
from modules.core.service_settings import Capacity, Size

Use = Literal[
    "database",
    "broker",
    "shared_secrets",
    "secrets_backend",
    "task_logs",
    "shown_task_logs",
    "execution_api",
    "dags",
    "metrics",
    "airflow_tasks",
    "sign_on",
]
BASE_USES: tuple[Use, ...] = ("database", "shared_secrets", "secrets_backend")


@dataclass(frozen=True)
class ComponentSpec:
    """A component of an environment.

    Args:
        process: the Airflow process.
        size: size and count from the environment.
        uses: backing services and sidecars, see :mod:`modules.stacks.service_bindings`.
        maximum: most Fargate tasks.
    """

    process: Process
    size: TaskSize
    uses: tuple[Use, ...]
    maximum: int

    @property
    def scales_out(self) -> bool:
        """Whether the number of Fargate tasks follows the load."""
        return exceeds(self.maximum, self.size.count)

    @property
    def fargate_size(self) -> Size:
        """Size of each Fargate task."""
        return Size(self.size.cpu, self.size.memory_mib, self.size.ephemeral_storage_gib)

    @property
    def capacity(self) -> Capacity:
        """Number of Fargate tasks and their capacity providers."""
        return Capacity(count=self.size.count, spot_percent=self.size.spot_percent)


def components(environment: Environment) -> tuple[ComponentSpec, ...]:
    """Return the services of an environment except its worker groups, in the order in which they are created."""
    sizes = environment.components
    if is_standalone(environment.topology):
        uses: tuple[Use, ...] = (*BASE_USES, "task_logs", "dags", "sign_on")
        return (ComponentSpec(STANDALONE, sizes.standalone, uses, sizes.standalone.count),)
    broker: tuple[Use, ...] = ("broker",) if uses_celery(environment.topology) else ()
    rows = [
        ComponentSpec(
            API_SERVER, sizes.api_server, (*BASE_USES, "shown_task_logs", "sign_on"), sizes.api_server.max_count
        ),
        ComponentSpec(
            SCHEDULER, sizes.scheduler, (*BASE_USES, *broker, *_executors(environment)), sizes.scheduler.count
        ),
        ComponentSpec(DAG_PROCESSOR, sizes.dag_processor, (*BASE_USES, "dags"), sizes.dag_processor.count),
        ComponentSpec(TRIGGERER, sizes.triggerer, (*BASE_USES, "task_logs", "dags"), sizes.triggerer.count),
    ]
    if sizes.flower:
        rows.append(ComponentSpec(FLOWER, sizes.flower, broker, sizes.flower.count))
    return tuple(rows)


def _executors(environment: Environment) -> tuple[Use, ...]:
    """What the scheduler uses to run Airflow tasks."""
    if uses_local_executor(environment.topology):
        return ("task_logs", "execution_api", "dags")
    return ("metrics", "airflow_tasks") if environment.ecs_executor else ("metrics",)


TASK_USES: tuple[Use, ...] = ("secrets_backend", "task_logs", "execution_api", "dags")
"""What an Airflow task in a separate Fargate task uses: neither database nor broker, and no shared secret."""
WORKER_USES: tuple[Use, ...] = ("database", "broker", "secrets_backend", "task_logs", "execution_api", "dags")


def processes(environment: Environment) -> tuple[str, ...]:
    """Return the names of all processes that write a log: services, worker groups, one-off tasks."""
    services = [row.process.name for row in components(environment)]
    workers = [worker(group.name).name for group in environment.workers]
    tasks = [TASK.name] if environment.ecs_executor else []
    one_off = [MIGRATE.name, *([DB_CLEAN.name] if environment.cleanup.enabled else [])]
    return (*services, *workers, *tasks, *one_off)
