"""The metadata database stopped at night and started in the morning."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
)
from constructs import Construct

from modules.core.grants import Role, RoleSettings, read_schedules, statement


class DatabaseSleep(Construct):
    """Two schedules that call RDS directly; AWS starts a stopped instance by itself after seven days.

    Args:
        stop, start: ``cron(...)`` as EventBridge Scheduler writes it.
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
        role.grant("read-schedule", read_schedules(key_arn, roles.region))
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
