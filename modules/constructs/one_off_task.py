"""A task definition without a service: something that is run, and ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from modules.core.airflow_process import Process
from modules.core.connections import security_group
from modules.core.fargate_task import FargatePlatform, fargate_task, task_definition
from modules.core.flows import Place
from modules.core.network_reference import NetworkReference
from modules.core.task import BackingService


class OneOff(Construct):
    """A Fargate task that an operation or a schedule starts; it has roles and a security group of its own."""

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
        uses: Sequence[BackingService] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        connections = security_group(
            self,
            name=f"{platform.name}-{process.name}",
            place=Place(process.name, "application"),
            vpc_id=network.vpc_id,
            flows=network.flows,
            purpose=process.purpose,
        )
        task = fargate_task(self, process=process, platform=platform, connections=connections, stop_timeout=120)
        task.add_environment(**(environment or {}))
        task.use(uses)
        definition = task_definition(
            self, task, platform=platform, family=f"{platform.name}-{process.name}", cpu=cpu, memory_mib=memory_mib
        )
        self.task_definition_arn: str = definition.arn
        self.family: str = f"{platform.name}-{process.name}"
        self.security_group_id = connections.security_group_id
        self.role_arns = [task.task_role.arn, task.execution_role.arn]
