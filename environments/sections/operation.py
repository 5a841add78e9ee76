"""Logs, alarms, hibernation and clean-up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, StrictBool, StrictInt

from environments.fields import Pattern, Section, not_boolean, plan, synth

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

    destination: Annotated[Literal["s3", "cloudwatch"], synth("Where Airflow writes the logs of its tasks.")] = "s3"
    retention_days: Annotated[RetentionDays, plan("Days for which CloudWatch keeps container logs.")] = 90
    s3_expiration_days: Annotated[
        StrictInt, synth("Days after which S3 deletes the logs of Airflow tasks.", ge=1, le=3650)
    ] = 365
    force_destroy: Annotated[StrictBool, plan("Delete buckets although they contain logs.")] = False


class Alarms(Section):
    """CloudWatch alarms and their thresholds."""

    enabled: Annotated[StrictBool, synth("Create the alarms and their SNS topic.")] = True
    email: Annotated[EmailAddress | None, synth("E-mail address that is notified of alarms.")] = None
    scheduler_heartbeat_seconds: Annotated[
        StrictInt, synth("Seconds without a heartbeat of the scheduler.", ge=60, le=3600)
    ] = 120
    oldest_queued_seconds: Annotated[
        StrictInt, plan("Age of the oldest queued Airflow task, seconds.", ge=60, le=86400)
    ] = 900
    database_connections_percent: Annotated[
        StrictInt, synth("Used share of the database's max_connections, percent.", ge=10, le=100)
    ] = 80
    database_free_storage_gib: Annotated[StrictInt, synth("Free storage of the database, GiB.", ge=1, le=1000)] = 5
    broker_memory_percent: Annotated[StrictInt, plan("Used share of the broker's memory, percent.", ge=10, le=100)] = 75
    import_errors: Annotated[StrictInt, plan("Number of DAG files that fail to import.", ge=0, le=1000)] = 0
    unhealthy_targets: Annotated[
        StrictInt, plan("Number of api-servers that fail the load balancer's health check.", ge=0, le=50)
    ] = 0


class Hibernation(Section):
    """A schedule that stops all Fargate tasks and the database, and starts them again."""

    stop: Annotated[Cron, synth("Time of the stop.")]
    start: Annotated[Cron, synth("Time of the start.")]
    timezone: Annotated[TimeZone, plan("Time zone of `stop` and `start`.")] = "UTC"


class Cleanup(Section):
    """`airflow db clean` on a schedule."""

    enabled: Annotated[StrictBool, synth("Delete old rows of the metadata database.")] = True
    keep_days: Annotated[StrictInt, plan("Days of history to keep.", ge=7, le=3650)] = 90
    schedule: Annotated[Cron, synth("Time of the clean-up, UTC.")] = "0 3 * * 0"
