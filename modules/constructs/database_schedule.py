"""Schedules that stop and start the metadata database."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
)
from constructs import Construct

from modules.core.grants import Role, RoleSettings, decrypt_schedules, statement


class DatabaseSchedule(Construct):
    """Two EventBridge schedules that stop and start an RDS instance.

    RDS starts a stopped instance after seven days even without a schedule.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the schedules' names.
        database: identifier of the RDS instance.
        stop: ``cron(...)`` expression of EventBridge Scheduler at which the instance stops.
        start: ``cron(...)`` expression at which it starts.
        timezone: IANA name of the time zone of both expressions.
        key_arn: KMS key of the schedules.
        roles: settings of the schedules' IAM role.

    Example:
        >>> schedule = DatabaseSchedule(stack, "database-schedule", name="airflow-dev", database="airflow-dev",
        ...                             stop="cron(0 20 ? * MON-FRI *)", start="cron(0 6 ? * MON-FRI *)",
        ...                             timezone="Europe/Berlin", key_arn=key_arn, roles=roles)
        >>> resource("aws_scheduler_schedule.database_schedule_stop")["target"]["arn"]
        'arn:aws:scheduler:::aws-sdk:rds:stopDBInstance'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        database: str,
        stop: str,
        start: str,
        timezone: str,
        key_arn: str,
        roles: RoleSettings,
    ) -> None:
        super().__init__(scope, id_)
        arn = f"arn:aws:rds:{roles.region}:{roles.account_id}:db:{database}"
        role = Role(
            self,
            "role",
            name=f"{name}-database-sleep",
            service="scheduler.amazonaws.com",
            purpose="Stops and starts the metadata database",
            settings=roles,
        )
        role.grant("stop-and-start", statement("rds:StartDBInstance", "rds:StopDBInstance", on=[arn]))
        role.grant("read-schedule", decrypt_schedules(key_arn, roles.region))
        for call, schedule in (("stop", stop), ("start", start)):
            SchedulerSchedule(
                self,
                call,
                name=f"{name}-database-{call}",
                schedule_expression=schedule,
                schedule_expression_timezone=timezone,
                kms_key_arn=key_arn,
                flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
                target=SchedulerScheduleTarget(
                    arn=f"arn:aws:scheduler:::aws-sdk:rds:{call}DBInstance",
                    role_arn=role.arn,
                    input=f'{{"DbInstanceIdentifier": "{database}"}}',
                ),
            )
