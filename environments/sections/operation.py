"""What keeps an environment observed, tidy and asleep at night."""

from __future__ import annotations

from typing import Annotated, Literal

from environments.fields import Flag, Form, Section, Whole, plan, synth

DAYS_UP_TO_TWO_YEARS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
CLOUDWATCH_RETENTION_DAYS = (*DAYS_UP_TO_TWO_YEARS, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Source: retentionInDays of
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""

RetentionDays = Literal[CLOUDWATCH_RETENTION_DAYS]  # type: ignore[valid-type]
Cron = Annotated[str, Form(r"^\S+ \S+ \S+ \S+ \S+$", 'five cron fields, such as "0 20 * * 1-5"')]


class Logs(Section):
    """Logs of Airflow tasks and of containers."""

    destination: Annotated[Literal["s3", "cloudwatch"], synth("Where logs of Airflow tasks go.")] = "s3"
    retention_days: Annotated[RetentionDays, plan("Days for which CloudWatch keeps container logs.")] = 90
    s3_expiration_days: Annotated[Whole, synth("Days after which S3 deletes task logs.", ge=1, le=3650)] = 365
    force_destroy: Annotated[Flag, plan("Delete buckets even when they hold logs.")] = False


class Alarms(Section):
    """CloudWatch alarms and their thresholds."""

    enabled: Annotated[Flag, synth("Make alarms and their topic.")] = True
    email: Annotated[
        Annotated[str, Form(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "an e-mail address")] | None, synth("Who is told.")
    ] = None
    scheduler_heartbeat_seconds: Annotated[Whole, synth("Silence of the scheduler.", ge=60, le=3600)] = 120
    oldest_queued_seconds: Annotated[Whole, plan("Age of the oldest queued Airflow task.", ge=60, le=86400)] = 900
    database_connections_percent: Annotated[Whole, synth("Share of max_connections in use.", ge=10, le=100)] = 80
    database_free_storage_gib: Annotated[Whole, synth("Free storage of the database, GiB.", ge=1, le=1000)] = 5
    broker_memory_percent: Annotated[Whole, plan("Share of the broker's memory in use.", ge=10, le=100)] = 75
    import_errors: Annotated[Whole, plan("DAG files that cannot be imported.", ge=0, le=1000)] = 0
    unhealthy_targets: Annotated[Whole, plan("api-servers that fail the load balancer's check.", ge=0, le=50)] = 0


class Hibernation(Section):
    """Hours in which everything sleeps, the database included."""

    stop: Annotated[Cron, synth("When to go to sleep, five cron fields.")]
    start: Annotated[Cron, synth("When to wake up, five cron fields.")]
    timezone: Annotated[
        Annotated[str, Form(r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", "an IANA time zone such as Europe/Berlin")],
        plan("Time zone of both."),
    ] = "UTC"


class Cleanup(Section):
    """`airflow db clean` on a schedule."""

    enabled: Annotated[Flag, synth("Delete old rows of the metadata database.")] = True
    keep_days: Annotated[Whole, plan("Days of history to keep.", ge=7, le=3650)] = 90
    schedule: Annotated[Cron, synth("When, five cron fields, UTC.")] = "0 3 * * 0"
