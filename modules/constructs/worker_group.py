"""Celery workers of one size on given queues."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import TerraformResource
from constructs import Construct

from modules.core.airflow_process import WORKER_LOG_PORT, worker
from modules.core.connections import Connections
from modules.core.fargate_task import FargatePlatform
from modules.core.grants import statement
from modules.core.network_reference import NetworkReference
from modules.core.service import EcsComponent
from modules.core.service_settings import ServiceSettings
from modules.core.task import BackingService, Client, Sidecar


class ScaleInProtection:
    """The permission of a worker to set its task scale-in protection while it runs Airflow tasks.

    Args:
        account_id: AWS account of the cluster.
        region: AWS region of the cluster.
        cluster: name of the ECS cluster.
    """

    def __init__(self, *, account_id: str, region: str, cluster: str) -> None:
        self._tasks = f"arn:aws:ecs:{region}:{account_id}:task/{cluster}/*"

    def serve(self, client: Client) -> None:
        """Allow ``client`` to protect the Fargate tasks of the cluster through the ECS agent endpoint."""
        protect = statement("ecs:GetTaskProtection", "ecs:UpdateTaskProtection", on=[self._tasks])
        client.task_role.grant("protect-while-busy", protect)


class WorkerGroup(EcsComponent):
    """The ECS service of Celery workers that take Airflow tasks from given queues.

    Args:
        scope: parent construct.
        id_: id of the construct.
        group: name of the worker group; the service is named ``worker-<group>``.
        queues: Celery queues of the workers.
        concurrency: Airflow tasks that a worker runs at the same time.
        platform: settings that all Fargate tasks of the environment share.
        network: VPC and subnets.
        settings: size, capacity and timeouts of the service.
        log_readers: components that read the logs of running Airflow tasks from the workers (the api-servers).
        uses: backing services; each adds network access, variables, secrets and permissions.
        sidecars: further containers of each Fargate task.
        depends_on: resources that ECS requires first: the capacity providers of the cluster.

    Raises:
        ValueError: a log reader belongs to another stack.

    Example:
        >>> from modules.core.service_settings import Size
        >>> workers = WorkerGroup(stack, "worker-default", group="default", queues=["default"], concurrency=8,
        ...                       platform=platform, network=network, log_readers=[],
        ...                       settings=ServiceSettings(size=Size(cpu=1024, memory_mib=2048), stop_timeout=120))
        >>> resource("aws_ecs_service.worker_default_service")["name"]
        'worker-default'
    """

    zone_rebalancing = "DISABLED"  # AWS documents task protection for scaling and deployments, not for rebalancing

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
        settings: ServiceSettings,
        log_readers: Sequence[Connections],
        uses: Sequence[BackingService] = (),
        sidecars: Sequence[Sidecar] = (),
        depends_on: Sequence[TerraformResource] = (),
    ) -> None:
        super().__init__(
            scope,
            id_,
            process=worker(group),
            platform=platform,
            network=network,
            settings=settings,
            uses=uses,
            sidecars=sidecars,
            environment={
                "AIRFLOW_WORKER_QUEUES": ",".join(queues),
                "AIRFLOW_WORKER_CONCURRENCY": str(concurrency),
            },
            autoscaled=True,
            depends_on=depends_on,
        )
        for reader in log_readers:
            self.connections.allow_from(reader, port=WORKER_LOG_PORT, why="logs of running Airflow tasks")
