"""Old rows of the metadata database deleted on a schedule."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from modules.constructs.one_off_task import OneOff
from modules.constructs.scheduled_task import ScheduledTask
from modules.core.airflow_process import DB_CLEAN
from modules.core.fargate_task import FargatePlatform
from modules.core.network_reference import NetworkReference
from modules.core.task import BackingService


class Maintenance(OneOff):
    """``airflow db clean`` as a Fargate task.

    Args:
        keep_days: days of history that stay.
        schedule: ``cron(...)`` as EventBridge Scheduler writes it, UTC.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        platform: FargatePlatform,
        network: NetworkReference,
        uses: Sequence[BackingService],
        keep_days: int,
        schedule: str,
        key_arn: str,
    ) -> None:
        super().__init__(
            scope,
            id_,
            process=DB_CLEAN,
            platform=platform,
            network=network,
            uses=uses,
            environment={"AIRFLOW_CLEAN_DAYS": str(keep_days)},
        )
        ScheduledTask(
            self,
            "schedule",
            name=f"{name}-{DB_CLEAN.name}",
            schedule=schedule,
            cluster_arn=platform.cluster_arn,
            task_definition_arn=self.task_definition_arn,
            role_arns=self.role_arns,
            security_group_id=self.security_group_id,
            network=network,
            key_arn=key_arn,
            roles=platform.roles,
        )
