"""Logs, alarms, hibernation and clean-up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, StrictBool, StrictInt

from environments.fields import IN_PLACE, Section, plan, replaces, synth
from environments.formats import Pattern, not_boolean

DAYS_UP_TO_TWO_YEARS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
CLOUDWATCH_RETENTION_DAYS = (*DAYS_UP_TO_TWO_YEARS, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Source: retentionInDays of
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""

RetentionDays = Annotated[Literal[CLOUDWATCH_RETENTION_DAYS], BeforeValidator(not_boolean)]  # type: ignore[valid-type]
Cron = Annotated[str, Pattern(r"^\S+ \S+ \S+ \S+ \S+$", 'five cron fields, such as "0 20 * * 1-5"')]
EmailAddress = Annotated[
    str, Pattern(r"^[A-Za-z0-9.!#$&'*+/=?^_`|~-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}$", "an e-mail address")
]
TimeZone = Annotated[str, Pattern(r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", "an IANA time zone such as Europe/Berlin")]


class Logs(Section):
    """Logs of Airflow tasks and of containers."""

    destination: Annotated[
        Literal["s3", "cloudwatch"],
        synth("Where Airflow writes the logs of its tasks.", effect=replaces("the storage of Airflow task logs")),
    ] = "s3"
    retention_days: Annotated[
        RetentionDays, plan("Days for which CloudWatch keeps container logs.", effect=IN_PLACE)
    ] = 90
    s3_expiration_days: Annotated[
        StrictInt, plan("Days after which S3 deletes the logs of Airflow tasks.", effect=IN_PLACE, ge=1, le=3650)
    ] = 365
    force_destroy: Annotated[StrictBool, plan("Delete buckets although they contain logs.", effect=IN_PLACE)] = False


class Alarms(Section):
    """CloudWatch alarms and their thresholds."""

    enabled: Annotated[StrictBool, synth("Create the alarms and their SNS topic.", effect=IN_PLACE)] = True
    email: Annotated[EmailAddress | None, plan("E-mail address that is notified of alarms.", effect=IN_PLACE)] = None
    scheduler_heartbeat_seconds: Annotated[
        StrictInt,
        plan("Seconds without a heartbeat of the scheduler, rounded to minutes.", effect=IN_PLACE, ge=60, le=3600),
    ] = 120
    oldest_queued_seconds: Annotated[
        StrictInt, plan("Age of the oldest queued Airflow task, seconds.", effect=IN_PLACE, ge=60, le=86400)
    ] = 900
    database_connections_percent: Annotated[
        StrictInt, plan("Used share of the database's max_connections, percent.", effect=IN_PLACE, ge=10, le=100)
    ] = 80
    database_free_storage_gib: Annotated[
        StrictInt, plan("Free storage of the database, GiB.", effect=IN_PLACE, ge=1, le=1000)
    ] = 5
    broker_memory_percent: Annotated[
        StrictInt, plan("Used share of the broker's memory, percent.", effect=IN_PLACE, ge=10, le=100)
    ] = 75
    import_errors: Annotated[
        StrictInt, plan("Number of DAG files that fail to import.", effect=IN_PLACE, ge=0, le=1000)
    ] = 0
    unhealthy_targets: Annotated[
        StrictInt,
        plan("Number of api-servers that fail the load balancer's health check.", effect=IN_PLACE, ge=0, le=50),
    ] = 0


class Hibernation(Section):
    """A schedule that stops all Fargate tasks and the database, and starts them again."""

    stop: Annotated[Cron, synth("Time of the stop.", effect=IN_PLACE)]
    start: Annotated[Cron, synth("Time of the start.", effect=IN_PLACE)]
    timezone: Annotated[TimeZone, plan("Time zone of `stop` and `start`.", effect=IN_PLACE)] = "UTC"


class Cleanup(Section):
    """`airflow db clean` on a schedule."""

    enabled: Annotated[
        StrictBool,
        synth("Delete old rows of the metadata database.", effect=replaces("the log group when it becomes false")),
    ] = True
    keep_days: Annotated[StrictInt, plan("Days of history to keep.", effect=IN_PLACE, ge=7, le=3650)] = 90
    schedule: Annotated[Cron, synth("Time of the clean-up, UTC.", effect=IN_PLACE)] = "0 3 * * 0"
