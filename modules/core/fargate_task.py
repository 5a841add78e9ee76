"""Fargate tasks: the containers and roles of a process, and its task definition."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionEphemeralStorage,
    EcsTaskDefinitionRuntimePlatform,
    EcsTaskDefinitionVolume,
)
from constructs import Construct

from modules.core.airflow_process import Process
from modules.core.connections import Connections
from modules.core.container import Container
from modules.core.deferrable import possible
from modules.core.grants import Role, RoleSettings, statement
from modules.core.task import FargateTask

AIRFLOW_HOME = "/opt/airflow"
WRITABLE = {"tmp": "/tmp", "airflow-home": AIRFLOW_HOME}
EXEC_AGENT = {
    "exec-agent": "/managed-agents",
    "exec-agent-data": "/var/lib/amazon/ssm",
    "exec-agent-log": "/var/log/amazon/ssm",
}
"""Paths to which the agent of ECS Exec writes. AWS's guide asks for a writable root file system; with volumes at these
paths, a read-only one works. Source: https://github.com/aws/containers-roadmap/issues/1359."""


class PullableImage(Protocol):
    """An image repository that grants pull access."""

    def grant_pull(self, role: Role) -> None:
        """Allow ``role`` to pull from the repository."""
        ...


@dataclass(frozen=True)
class FargatePlatform:
    """The settings that all Fargate tasks of an environment share.

    Args:
        name: prefix of names, ``<prefix>-<environment>``.
        cluster_arn: ARN of the ECS cluster.
        domain: private DNS domain of the internal names.
        namespace_id: id of the Cloud Map namespace of ``domain``.
        image: the Airflow image, by digest or by immutable tag.
        repository: repository of the image.
        architecture: ``ARM64`` or ``X86_64``.
        region: AWS region.
        log_path: prefix of the log groups, ``/<prefix>/<environment>``.
        roles: settings of all IAM roles.
        environment: environment variables of every Airflow container.
        keep_revisions: leave earlier task definitions registered, so that a deployment can be rolled back.
    """

    name: str
    cluster_arn: str
    domain: str
    namespace_id: str
    image: str
    repository: PullableImage
    architecture: str
    region: str
    log_path: str
    roles: RoleSettings
    environment: dict[str, str] = field(default_factory=dict)
    keep_revisions: bool = True

    def log_group(self, process: str) -> str:
        """Return the name of the log group of ``process``."""
        return f"{self.log_path}/{process}"


def fargate_task(
    scope: Construct,
    *,
    process: Process,
    platform: FargatePlatform,
    connections: Connections,
    stop_timeout: int = 30,
    exec_enabled: bool = False,
) -> FargateTask:
    """Create a Fargate task with its main container and its two roles.

    The task role has no permissions yet; the execution role may pull the image and write the log.

    Args:
        scope: construct that gets the roles.
        process: the Airflow process of the main container.
        platform: settings that all Fargate tasks share.
        connections: security group of the task.
        stop_timeout: seconds between SIGTERM and SIGKILL (at most 120 on Fargate).
        exec_enabled: mount the volumes of the agent of ECS Exec in the main container.
    """
    main = Container(
        name=process.name,
        image=platform.image,
        command=process.command,
        log_group=platform.log_group(process.name),
        region=platform.region,
        ports=(process.port,) if process.port else (),
        health_check=process.health_check,
        stop_timeout=stop_timeout,
        environment={
            **platform.environment,
            "AIRFLOW_COMPONENT": process.name,
            "AIRFLOW_STOP_TIMEOUT": str(stop_timeout),
        },
    )
    task = FargateTask(
        main=main,
        connections=connections,
        task_role=_role(scope, process, platform, kind="task", what="what its process does"),
        execution_role=_role(scope, process, platform, kind="execution", what="what ECS does to start it"),
    )
    _grant_start(task.execution_role, process, platform)
    for volume, path in {**WRITABLE, **(EXEC_AGENT if exec_enabled else {})}.items():
        task.add_volume(volume, path)
    return task


def _role(scope: Construct, process: Process, platform: FargatePlatform, *, kind: str, what: str) -> Role:
    return Role(
        scope,
        f"{kind}-role",
        name=f"{platform.name}-{process.name}-{kind[:4]}",
        service="ecs-tasks.amazonaws.com",
        purpose=f"{process.purpose}: {what}",
        settings=platform.roles,
    )


def _grant_start(role: Role, process: Process, platform: FargatePlatform) -> None:
    platform.repository.grant_pull(role)
    group = f"arn:aws:logs:{platform.region}:{platform.roles.account_id}:log-group:{platform.log_group(process.name)}"
    role.grant("write-log", statement("logs:CreateLogStream", "logs:PutLogEvents", on=[f"{group}:log-stream:*"]))


def task_definition(
    scope: Construct,
    task: FargateTask,
    *,
    platform: FargatePlatform,
    family: str,
    cpu: int,
    memory_mib: int,
    ephemeral_storage_gib: int | None = None,
) -> EcsTaskDefinition:
    """Create the task definition of ``task``, whose containers must be complete.

    Args:
        scope: construct that gets the task definition.
        task: containers and roles.
        platform: settings that all Fargate tasks share.
        family: family of the task definition.
        cpu: CPU units (1024 for each vCPU).
        memory_mib: memory in MiB.
        ephemeral_storage_gib: ephemeral storage in GiB (21 to 200); the Fargate default of 20 GiB if ``None``.
    """
    more = possible(ephemeral_storage_gib)
    storage = EcsTaskDefinitionEphemeralStorage(size_in_gib=ephemeral_storage_gib) if more else None
    return EcsTaskDefinition(
        scope,
        "task-definition",
        family=family,
        cpu=str(cpu),
        memory=str(memory_mib),
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform=EcsTaskDefinitionRuntimePlatform(
            operating_system_family="LINUX", cpu_architecture=platform.architecture
        ),
        ephemeral_storage=storage,
        volume=[EcsTaskDefinitionVolume(name=name) for name in sorted(task.volumes)],
        task_role_arn=task.task_role.arn,
        execution_role_arn=task.execution_role.arn,
        container_definitions=task.render(),
        skip_destroy=platform.keep_revisions,
    )
