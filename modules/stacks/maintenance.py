"""Scheduled clean-up of the metadata database."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from modules.constructs.one_off_task import OneOffTask
from modules.constructs.scheduled_task import ScheduledTask
from modules.core.airflow_process import DB_CLEAN
from modules.core.fargate_task import FargatePlatform
from modules.core.network_reference import NetworkReference
from modules.core.task import BackingService


class Maintenance(OneOffTask):
    """The Fargate task ``airflow db clean`` and its schedule.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the schedule's name.
        platform: settings that all Fargate tasks of the environment share.
        network: VPC and application subnets.
        uses: backing services of the task.
        keep_days: days of history that the clean-up keeps.
        schedule: ``cron(...)`` expression of EventBridge Scheduler, in UTC.
        key_arn: KMS key of the schedule.
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
            task=self.reference,
            network=network,
            key_arn=key_arn,
            roles=platform.roles,
        )
