"""Celery workers of one size on some queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import TerraformResource
from constructs import Construct

from modules.core.airflow_process import WORKER_LOG_PORT, worker
from modules.core.connections import Connections
from modules.core.fargate_task import FargatePlatform
from modules.core.grants import statement
from modules.core.network_reference import NetworkReference
from modules.core.service import Capacity, EcsComponent, Size
from modules.core.task import BackingService, Client, Sidecar


class ScaleInProtection:
    """A busy worker asks ECS not to be chosen when the service scales in."""

    def __init__(self, *, account_id: str, region: str, cluster: str) -> None:
        self._tasks = f"arn:aws:ecs:{region}:{account_id}:task/{cluster}/*"

    def serve(self, client: Client) -> None:
        """Let ``client`` protect its own tasks; an agent in the task is asked, IAM decides by the task's role."""
        protect = statement("ecs:GetTaskProtection", "ecs:UpdateTaskProtection", on=[self._tasks])
        client.task_role.grant("protect-while-busy", protect)


class WorkerGroup(EcsComponent):
    """Workers that take Airflow tasks from ``queues``, ``concurrency`` at once.

    Args:
        log_readers: who reads logs of running Airflow tasks from the workers (the api-servers).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        group: str,
        queues: Sequence[str],
        concurrency: int,
        platform: FargatePlatform,
        network: NetworkReference,
        size: Size,
        capacity: Capacity,
        log_readers: Sequence[Connections],
        uses: Sequence[BackingService] = (),
        sidecars: Sequence[Sidecar] = (),
        environment: Mapping[str, str] | None = None,
        stop_timeout: int = 120,
        depends_on: Sequence[TerraformResource] = (),
        exec_enabled: bool = False,
    ) -> None:
        super().__init__(
            scope,
            id_,
            process=worker(group),
            platform=platform,
            network=network,
            size=size,
            capacity=capacity,
            uses=uses,
            sidecars=sidecars,
            environment={
                **(environment or {}),
                "AIRFLOW_WORKER_QUEUES": ",".join(queues),
                "AIRFLOW_WORKER_CONCURRENCY": str(concurrency),
            },
            stop_timeout=stop_timeout,
            depends_on=depends_on,
            exec_enabled=exec_enabled,
        )
        for reader in log_readers:
            self.connections.allow_from(reader, port=WORKER_LOG_PORT, why="logs of running Airflow tasks")
