"""A task definition without a service, for a process that ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from modules.core.airflow_process import Process
from modules.core.connections import security_group
from modules.core.fargate_task import FargatePlatform, fargate_task, task_definition
from modules.core.flows import Endpoint
from modules.core.network_reference import NetworkReference
from modules.core.task import BackingService, Sidecar
from modules.core.task_reference import TaskReference


class OneOffTask(Construct):
    """A task definition with its own roles and security group; an operation or a schedule runs it.

    Args:
        scope: parent construct.
        id_: id of the construct.
        process: the Airflow process.
        platform: settings that all Fargate tasks of the environment share.
        network: VPC of the security group.
        cpu: CPU units (1024 for each vCPU).
        memory_mib: memory in MiB.
        ephemeral_storage_gib: ephemeral storage in GiB (21 to 200); the Fargate default of 20 GiB if ``None``.
        stop_timeout: seconds between SIGTERM and SIGKILL (at most 120 on Fargate).
        uses: backing services; each adds network access, variables, secrets and permissions.
        sidecars: further containers.
        environment: further environment variables.

    Example:
        >>> from modules.core.airflow_process import MIGRATE
        >>> migrate = OneOffTask(stack, "migrate", process=MIGRATE, platform=platform, network=network)
        >>> resource("aws_ecs_task_definition.migrate_task_definition")["family"]
        'airflow-prod-migrate'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        process: Process,
        platform: FargatePlatform,
        network: NetworkReference,
        cpu: int = 512,
        memory_mib: int = 1024,
        ephemeral_storage_gib: int | None = None,
        stop_timeout: int = 120,
        uses: Sequence[BackingService] = (),
        sidecars: Sequence[Sidecar] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.process = process
        self.connections = security_group(
            self,
            name=f"{platform.name}-{process.name}",
            endpoint=Endpoint(process.name, "application"),
            network=network,
            purpose=process.purpose,
        )
        task = fargate_task(
            self, process=process, platform=platform, connections=self.connections, stop_timeout=stop_timeout
        )
        self.task_role = task.task_role
        task.add_environment(**(environment or {}))
        task.use(uses)
        task.join(sidecars)
        definition = task_definition(
            self,
            task,
            platform=platform,
            family=f"{platform.name}-{process.name}",
            cpu=cpu,
            memory_mib=memory_mib,
            ephemeral_storage_gib=ephemeral_storage_gib,
        )
        self.reference = TaskReference(
            task_definition_arn=definition.arn,
            role_arns=[task.task_role.arn, task.execution_role.arn],
            security_group_id=self.connections.security_group_id,
        )
