"""A one-off Fargate task that a schedule starts."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetEcsParameters,
    SchedulerScheduleTargetEcsParametersNetworkConfiguration,
    SchedulerScheduleTargetRetryPolicy,
)
from constructs import Construct

from modules.core.grants import Role, RoleSettings, read_schedules, statement
from modules.core.network_reference import NetworkReference


class ScheduledTask(Construct):
    """EventBridge Scheduler runs a task definition.

    Args:
        schedule: ``cron(...)`` as EventBridge Scheduler writes it.
        family: family of the task definition; the schedule runs its revision ``task_definition_arn``.
        role_arns: roles of the task definition: the only ones the schedule may pass on.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        schedule: str,
        cluster_arn: str,
        task_definition_arn: str,
        role_arns: list[str],
        security_group_id: str,
        network: NetworkReference,
        key_arn: str,
        roles: RoleSettings,
        timezone: str = "UTC",
    ) -> None:
        super().__init__(scope, id_)
        role = Role(
            self,
            "role",
            name=f"{name}-schedule",
            service="scheduler.amazonaws.com",
            purpose=f"Starts {name} on its schedule",
            settings=roles,
        )
        role.grant(
            "run-task",
            statement("ecs:RunTask", on=[task_definition_arn], conditions={"ArnEquals": {"ecs:cluster": cluster_arn}}),
            statement(
                "iam:PassRole",
                on=role_arns,
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
        )
        role.grant("read-schedule", read_schedules(key_arn, roles.region))
        SchedulerSchedule(
            self,
            "Resource",
            name=name,
            schedule_expression=schedule,
            schedule_expression_timezone=timezone,
            kms_key_arn=key_arn,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=cluster_arn,
                role_arn=role.arn,
                retry_policy=SchedulerScheduleTargetRetryPolicy(maximum_retry_attempts=3),
                ecs_parameters=SchedulerScheduleTargetEcsParameters(
                    task_definition_arn=task_definition_arn,
                    launch_type="FARGATE",
                    network_configuration=SchedulerScheduleTargetEcsParametersNetworkConfiguration(
                        subnets=network.application_subnet_ids,
                        security_groups=[security_group_id],
                        assign_public_ip=False,
                    ),
                ),
            ),
        )
