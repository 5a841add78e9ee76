"""A schedule that runs a task definition."""

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

from modules.core.grants import Role, RoleSettings, decrypt_schedules, statement
from modules.core.network_reference import NetworkReference
from modules.core.task_reference import TaskReference


class ScheduledTask(Construct):
    """An EventBridge schedule that runs a task definition on Fargate.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the schedule.
        schedule: ``cron(...)`` or ``rate(...)`` expression of EventBridge Scheduler.
        task: the task definition, its roles and its security group.
        cluster_arn: ECS cluster.
        network: VPC and application subnets.
        key_arn: KMS key of the schedule.
        roles: settings of the schedule's IAM role.
        timezone: IANA name of the time zone of ``schedule``.

    Example:
        >>> task = TaskReference(task_definition_arn="arn:aws:ecs:eu-central-1:111122223333:task-definition/clean:1",
        ...                      role_arns=["arn:aws:iam::111122223333:role/clean-task"], security_group_id="sg-01")
        >>> nightly = ScheduledTask(stack, "nightly", name="airflow-prod-db-clean", schedule="cron(0 3 * * ? *)",
        ...                         task=task, cluster_arn="arn:aws:ecs:eu-central-1:111122223333:cluster/airflow-prod",
        ...                         network=network, key_arn=key_arn, roles=roles)
        >>> resource("aws_scheduler_schedule.nightly")["schedule_expression_timezone"]
        'UTC'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        schedule: str,
        cluster_arn: str,
        task: TaskReference,
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
            statement(
                "ecs:RunTask", on=[task.task_definition_arn], conditions={"ArnEquals": {"ecs:cluster": cluster_arn}}
            ),
            statement(
                "iam:PassRole",
                on=task.role_arns,
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
        )
        role.grant("read-schedule", decrypt_schedules(key_arn, roles.region))
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
                    task_definition_arn=task.task_definition_arn,
                    launch_type="FARGATE",
                    network_configuration=SchedulerScheduleTargetEcsParametersNetworkConfiguration(
                        subnets=network.application_subnet_ids,
                        security_groups=[task.security_group_id],
                        assign_public_ip=False,
                    ),
                ),
            ),
        )
