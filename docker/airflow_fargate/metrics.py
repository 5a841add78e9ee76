"""The sidecar ``metrics``: how much work each worker group has, from the metadata database to CloudWatch.

Queued and running Airflow tasks are counted where Airflow decides over them. Redis' list lengths drift, and a deferred
task, one up for retry or one that no group serves holds no slot: none of them counts.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from airflow_fargate import heartbeat
from airflow_fargate.backing_services import Database
from airflow_fargate.startup_error import Refusal

QUERY = """
select queue, count(*), extract(epoch from now() - min(queued_dttm) filter (where state = 'queued'))
from task_instance where state in ('queued', 'running') group by queue
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerGroup:
    """Workers of one size: the queues that they serve and how many Airflow tasks one of them runs at a time."""

    name: str
    queues: frozenset[str]
    concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a group has to do: queued plus running, and the age of the oldest queued task in seconds."""

    group: WorkerGroup
    tasks: int
    oldest_seconds: float

    @property
    def desired_workers(self) -> int:
        """Workers that could run all of it at once."""
        return math.ceil(self.tasks / self.group.concurrency)


def parse_groups(text: str) -> tuple[WorkerGroup, ...]:
    """Read AIRFLOW_METRICS_WORKER_GROUPS; raises Refusal that names what is wrong."""
    example = '{"default": {"queues": ["default"], "concurrency": 4}}'
    try:
        groups = tuple(
            WorkerGroup(name=name, queues=frozenset(group["queues"]), concurrency=int(group["concurrency"]))
            for name, group in json.loads(text).items()
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refusal(f"AIRFLOW_METRICS_WORKER_GROUPS: expected {example}, got {text!r}") from error
    if not groups or any(group.concurrency < 1 or not group.queues for group in groups):
        raise Refusal(f"AIRFLOW_METRICS_WORKER_GROUPS: each group needs a queue and concurrency >= 1, got {text!r}")
    return groups


def measure(connection: Any, groups: Iterable[WorkerGroup]) -> list[Load]:
    """One query; a load for every group, zero where its queues have no rows."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        rows = {queue: (int(count), float(oldest or 0)) for queue, count, oldest in cursor.fetchall()}
    connection.rollback()
    return [
        Load(
            group=group,
            tasks=sum(rows.get(queue, (0, 0.0))[0] for queue in group.queues),
            oldest_seconds=max(rows.get(queue, (0, 0.0))[1] for queue in group.queues),
        )
        for group in groups
    ]


def datums(loads: Iterable[Load], *, environment: str) -> list[dict[str, Any]]:
    """CloudWatch's form: three metrics per group."""
    return [
        {
            "MetricName": name,
            "Dimensions": [
                {"Name": "Environment", "Value": environment},
                {"Name": "WorkerGroup", "Value": load.group.name},
            ],
            "Value": value,
            "Unit": unit,
        }
        for load in loads
        for name, value, unit in (
            ("TaskLoad", load.tasks, "Count"),
            ("DesiredWorkers", load.desired_workers, "Count"),
            ("OldestQueuedSeconds", load.oldest_seconds, "Seconds"),
        )
    ]


class Publisher:
    """Measures and publishes; a lost database or a refusing CloudWatch costs one round, not the process."""

    def __init__(
        self, *, database: Database, cloudwatch: Any, namespace: str, environment: str, groups: tuple[WorkerGroup, ...]
    ) -> None:
        self._database = database
        self._cloudwatch = cloudwatch
        self._namespace = namespace
        self._environment = environment
        self._groups = groups
        self._connection: Any = None

    def publish(self) -> list[Load]:
        """One round with one PutMetricData per 300 groups; raises what psycopg2 or boto3 raise."""
        import psycopg2

        if self._connection is None:
            self._connection = psycopg2.connect(
                **self._database.arguments,
                connect_timeout=5,
                options="-c statement_timeout=10000",
                application_name="airflow-fargate-metrics",
            )
        try:
            loads = measure(self._connection, self._groups)
        except psycopg2.Error:
            self._connection.close()
            self._connection = None
            raise
        data = datums(loads, environment=self._environment)
        for start in range(0, len(data), 900):
            self._cloudwatch.put_metric_data(Namespace=self._namespace, MetricData=data[start : start + 900])
        return loads


def run(publisher: Publisher, *, period: float) -> None:
    """Publish every ``period`` seconds until SIGTERM; say each new reason of a failure once."""
    said = ""
    while True:
        started = time.monotonic()
        try:
            publisher.publish()
            said = ""
        except Exception as error:  # noqa: BLE001 - the next round may succeed, and a dead publisher never will
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            if reason != said:
                said = reason
                print(f"metrics: {reason}; next try in {period:g} s", file=sys.stderr, flush=True)
        heartbeat.touch("metrics")
        time.sleep(max(1.0, period - (time.monotonic() - started)))


def _cloudwatch() -> Any:
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return boto3.client("cloudwatch")
    except BotoCoreError as error:
        raise Refusal(f"CloudWatch: {error} Fix: set AWS_REGION and AWS_DEFAULT_REGION (ECS sets both)") from error


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> int:
    """Publish with the settings of the environment."""
    signal.signal(signal.SIGTERM, _end)
    try:
        period = os.environ.get("AIRFLOW_METRICS_PERIOD") or "60"
        if not period.isdigit() or int(period) < 1:
            raise Refusal(f"AIRFLOW_METRICS_PERIOD: a whole number of seconds of at least 1, got {period!r}")
        publisher = Publisher(
            database=Database.of(os.environ),
            groups=parse_groups(os.environ.get("AIRFLOW_METRICS_WORKER_GROUPS") or "{}"),
            cloudwatch=_cloudwatch(),
            namespace=os.environ.get("AIRFLOW_METRICS_NAMESPACE") or "Airflow",
            environment=os.environ.get("AIRFLOW_ENVIRONMENT") or "unnamed",
        )
    except Refusal as refusal:
        print(f"metrics: {refusal}", file=sys.stderr, flush=True)
        return refusal.exit_code
    run(publisher, period=float(period))
    return 0


if __name__ == "__main__":
    sys.exit(main())
