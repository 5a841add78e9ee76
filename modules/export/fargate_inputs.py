"""The inputs that modules of Fargate tasks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from environments.sections.compute import TaskSize
from environments.sections.compute import WorkerGroup as WorkerGroupSection
from modules.core.fargate_task import FargatePlatform
from modules.core.grants import Role, statement
from modules.core.service_settings import Capacity, ServiceSettings, Size
from modules.export.caller_values import caller_environment
from modules.export.module_inputs import ModuleInputs


@dataclass(frozen=True)
class _CallerRepository:
    """The caller's image repository."""

    arn: str

    def grant_pull(self, role: Role) -> None:
        """Allow ``role`` to pull from the repository."""
        actions = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
        role.grant("pull-image", statement("ecr:GetAuthorizationToken", on=["*"]), statement(*actions, on=[self.arn]))


def platform_of(inputs: ModuleInputs) -> FargatePlatform:
    """What the Fargate tasks of a module share: cluster, image, log groups, roles."""
    return FargatePlatform(
        name=inputs.text("name", "Prefix of every resource name.", example="airflow-example"),
        cluster_arn=inputs.arn("cluster_arn", "ECS cluster.", service="ecs", example="cluster/airflow-example"),
        domain=inputs.text("domain", "Private DNS domain of the namespace.", example="example.airflow.internal"),
        namespace_id=inputs.text("namespace_id", "Id of the Cloud Map namespace.", example="ns-0123456789abcdef"),
        image=inputs.text(
            "image",
            "Airflow image, by digest or immutable tag.",
            example="111111111111.dkr.ecr.eu-west-1.amazonaws.com/airflow-example:1",
        ),
        repository=_CallerRepository(
            inputs.arn(
                "repository_arn", "ECR repository of the image.", service="ecr", example="repository/airflow-example"
            )
        ),
        architecture=inputs.key("architecture"),
        region=inputs.region(),
        log_path=inputs.text("log_path", "Prefix of the log groups.", example="/airflow/example"),
        roles=inputs.roles(),
        environment=caller_environment(inputs),
    )


Kind = type[TaskSize] | type[WorkerGroupSection]


def settings_of(inputs: ModuleInputs, kind: Kind, *, count: str, base: Any = 0) -> ServiceSettings:
    """Size and number of the Fargate tasks; ``count`` is the field of their number, ``base`` that of on-demand ones."""
    return ServiceSettings(
        size=Size(*(inputs.field_of(kind, name) for name in ("cpu", "memory_mib", "ephemeral_storage_gib"))),
        capacity=Capacity(
            inputs.field_of(kind, count, variable="desired_count"), inputs.field_of(kind, "spot_percent"), base
        ),
        stop_timeout=inputs.field_of(kind, "stop_timeout_seconds"),
    )
