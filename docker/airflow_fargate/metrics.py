"""The sidecar ``metrics``: publishes the load of each worker group to CloudWatch.

With a cluster (AIRFLOW_METRICS_CLUSTER) it also publishes, at a resolution of a second, how many workers each group
lacks: the workers that its load needs minus the desired count of its ECS service. Autoscaling reacts to this metric.

The load is the number of queued and running Airflow tasks in the metadata database. Lengths of Redis lists drift from
it. Airflow tasks that are deferred, up for retry or on a queue without a worker group occupy no slot and do not count.
Neither do Airflow tasks that are Fargate tasks of their own (``executor="ecs"``), whatever their queue is: they have
metrics with the dimension ``Executor``.

Airflow tasks that are queued on a queue without a worker group wait for ever: the metric ``UnservedTasks`` counts them.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from airflow_fargate import heartbeat
from airflow_fargate.backing_services import Database, limit_statements
from airflow_fargate.ecs_overrides import NAMES
from airflow_fargate.startup_error import StartupError

STATEMENT_SECONDS = 10
# Standard metrics have a resolution of a minute.
FULL_SECONDS = 60.0
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
DESCRIBED_AT_ONCE = 10
# The parameter is the executor of Airflow tasks that name none.
QUERY = f"""
select queue, count(*), extract(epoch from now() - min(queued_dttm) filter (where state = 'queued')),
    count(*) filter (where state = 'queued'), coalesce(executor, %s) in {NAMES} as on_ecs
from task_instance where state in ('queued', 'running') group by queue, on_ecs
"""  # noqa: S608 - constants only
ECS_DEFAULT, ECS_NAMED = "default", "named"
"""Values of AIRFLOW_METRICS_ECS_EXECUTOR: Airflow tasks that name no executor use it, or only those that name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerGroup:
    """Workers of one size.

    Args:
        queues: queues that the workers serve.
        concurrency: Airflow tasks that one worker runs at a time.
    """

    name: str
    queues: frozenset[str]
    concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLoad:
    """The load of a queue.

    Args:
        queued: Airflow tasks that wait for a worker.
        running: Airflow tasks that run.
        oldest_seconds: age of the oldest queued Airflow task; 0 without one.
    """

    queued: int = 0
    running: int = 0
    oldest_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The load of a worker group.

    Args:
        queues: load of each queue that the group serves.
    """

    group: WorkerGroup
    queues: Mapping[str, QueueLoad]

    @property
    def tasks(self) -> int:
        """Queued plus running Airflow tasks."""
        return sum(queue.queued + queue.running for queue in self.queues.values())

    @property
    def oldest_seconds(self) -> float:
        """Age of the oldest queued Airflow task; 0 without one."""
        return max(queue.oldest_seconds for queue in self.queues.values())

    @property
    def desired_workers(self) -> int:
        """The number of workers that run all Airflow tasks at once."""
        return math.ceil(self.tasks / self.group.concurrency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The load of an environment.

    Args:
        loads: the load of each worker group.
        unserved: queued Airflow tasks by queue that no group serves.
        on_ecs: Airflow tasks that are Fargate tasks of their own.
    """

    loads: list[Load]
    unserved: Mapping[str, int]
    on_ecs: QueueLoad


def parse_groups(text: str, *, ecs: str = "") -> tuple[WorkerGroup, ...]:
    """Read the worker groups from AIRFLOW_METRICS_WORKER_GROUPS; raises StartupError for malformed JSON.

    Args:
        text: the JSON.
        ecs: AIRFLOW_METRICS_ECS_EXECUTOR; where it is ``default``, there may be no group.
    """
    example = '{"default": {"queues": ["default"], "concurrency": 4}}'
    try:
        groups = tuple(
            WorkerGroup(name=name, queues=frozenset(group["queues"]), concurrency=int(group["concurrency"]))
            for name, group in json.loads(text).items()
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StartupError(f"AIRFLOW_METRICS_WORKER_GROUPS: expected {example}, got {text!r}") from error
    if (not groups and ecs != ECS_DEFAULT) or any(group.concurrency < 1 or not group.queues for group in groups):
        raise StartupError(
            f"AIRFLOW_METRICS_WORKER_GROUPS: each group needs a queue and concurrency >= 1, got {text!r}"
        )
    return groups


def measure(connection: Any, groups: Iterable[WorkerGroup], *, ecs: str = "") -> Measured:
    """Query the load of every group, of queues that no group serves, and of the ECS executor.

    The load is zero for a group whose queues have no rows.
    """
    with connection.cursor() as cursor:
        limit_statements(cursor, seconds=STATEMENT_SECONDS)
        cursor.execute(QUERY, ("ecs" if ecs == ECS_DEFAULT else "",))
        found = cursor.fetchall()
    connection.rollback()
    every = [
        (
            queue,
            on_ecs,
            QueueLoad(queued=int(queued), running=int(count) - int(queued), oldest_seconds=float(oldest or 0)),
        )
        for queue, count, oldest, queued, on_ecs in found
    ]
    rows = {queue: load for queue, on_ecs, load in every if not on_ecs}
    of_ecs = [load for _, on_ecs, load in every if on_ecs]
    served = {queue for group in groups for queue in group.queues}
    unserved = {str(queue): load.queued for queue, load in rows.items() if load.queued and queue not in served}
    loads = [
        Load(group=group, queues={queue: rows.get(queue, QueueLoad()) for queue in sorted(group.queues)})
        for group in groups
    ]
    on_ecs = QueueLoad(
        queued=sum(load.queued for load in of_ecs),
        running=sum(load.running for load in of_ecs),
        oldest_seconds=max((load.oldest_seconds for load in of_ecs), default=0.0),
    )
    return Measured(loads=loads, unserved=unserved, on_ecs=on_ecs)


def datums(
    loads: Iterable[Load], *, unserved: int, environment: str, on_ecs: QueueLoad | None = None
) -> list[dict[str, Any]]:
    """The metric data of PutMetricData: metrics of each group, each queue and the ECS executor, and unserved tasks."""
    loads = tuple(loads)
    of_environment = {"Name": "Environment", "Value": environment}
    data: list[dict[str, Any]] = [
        {"MetricName": "UnservedTasks", "Dimensions": [of_environment], "Value": unserved, "Unit": "Count"}
    ]
    for load in loads:
        of_group = [of_environment, {"Name": "WorkerGroup", "Value": load.group.name}]
        data += [
            _datum("TaskLoad", load.tasks, of_group),
            _datum("DesiredWorkers", load.desired_workers, of_group),
            _datum("OldestQueuedSeconds", load.oldest_seconds, of_group),
        ]
    for name, queue in sorted({name: queue for load in loads for name, queue in load.queues.items()}.items()):
        data += _of_queue(queue, [of_environment, {"Name": "Queue", "Value": name}])
    if on_ecs is not None:
        data += _of_queue(on_ecs, [of_environment, {"Name": "Executor", "Value": "ecs"}])
    return data


def _of_queue(load: QueueLoad, dimensions: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [
        _datum("QueuedTasks", load.queued, dimensions),
        _datum("RunningTasks", load.running, dimensions),
        _datum("OldestQueuedSeconds", load.oldest_seconds, dimensions),
    ]


def _datum(name: str, value: float, dimensions: list[dict[str, str]]) -> dict[str, Any]:
    unit = "Seconds" if name.endswith("Seconds") else "Count"
    return {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}


def missing_data(missing: Mapping[str, int], *, environment: str) -> list[dict[str, Any]]:
    """The metric data of the missing workers of each group; a negative number is a surplus."""
    return [
        {
            "MetricName": "MissingWorkers",
            "Dimensions": [
                {"Name": "Environment", "Value": environment},
                {"Name": "WorkerGroup", "Value": name},
            ],
            "Value": number,
            "Unit": "Count",
            "StorageResolution": 1,
        }
        for name, number in missing.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The ECS cluster of the workers; the service of a group is named ``worker-<group>``."""

    name: str
    ecs: Any

    def desired_counts(self, groups: Iterable[WorkerGroup]) -> dict[str, int]:
        """The desired count of each group's service; a group whose service does not exist is left out."""
        services = {f"worker-{group.name}": group.name for group in groups}
        names, found = list(services), []
        for start in range(0, len(names), DESCRIBED_AT_ONCE):
            part = names[start : start + DESCRIBED_AT_ONCE]
            found += self.ecs.describe_services(cluster=self.name, services=part)["services"]
        return {services[item["serviceName"]]: item["desiredCount"] for item in found if item["status"] == "ACTIVE"}


class Publisher:
    """Publishes the load of worker groups, with one database connection that is opened again after an error."""

    def __init__(
        self,
        *,
        database: Database,
        cloudwatch: Any,
        namespace: str,
        environment: str,
        groups: tuple[WorkerGroup, ...],
        cluster: Cluster | None = None,
        ecs: str = "",
    ) -> None:
        self._database = database
        self._ecs = ecs
        self._cluster = cluster
        self._missing: dict[str, int] = {}
        self._full_at = 0.0
        self._cloudwatch = cloudwatch
        self._namespace = namespace
        self._environment = environment
        self._groups = groups
        self._connection: Any = None
        self._printed: dict[str, int] = {}

    def publish(self) -> list[Load]:
        """Publish the load once, with one PutMetricData for each 300 groups.

        Raises:
            psycopg2.Error: the database failed. The next call opens a new connection.
            botocore.exceptions.ClientError: CloudWatch rejected the data.
        """
        import psycopg2

        if self._connection is None:
            self._connection = self._database.connect(application_name="airflow-fargate-metrics")
        try:
            measured = measure(self._connection, self._groups, ecs=self._ecs)
        except psycopg2.Error:
            self._connection.close()
            self._connection = None
            raise
        self._report(measured.unserved)
        data = self._missing_workers(measured.loads)
        if self._cluster is None or time.monotonic() >= self._full_at:
            self._full_at = time.monotonic() + FULL_SECONDS
            data += datums(
                measured.loads,
                unserved=sum(measured.unserved.values()),
                environment=self._environment,
                on_ecs=measured.on_ecs if self._ecs else None,
            )
        for start in range(0, len(data), 900):
            self._cloudwatch.put_metric_data(Namespace=self._namespace, MetricData=data[start : start + 900])
        return measured.loads

    def _missing_workers(self, loads: list[Load]) -> list[dict[str, Any]]:
        """Data of the groups that lack or spare workers, or did so before: a call to CloudWatch costs money."""
        if self._cluster is None:
            return []
        desired = self._cluster.desired_counts(load.group for load in loads)
        missing = {
            load.group.name: load.desired_workers - desired[load.group.name]
            for load in loads
            if load.group.name in desired
        }
        changed = {name: number for name, number in missing.items() if number or self._missing.get(name)}
        self._missing = missing
        return missing_data(changed, environment=self._environment)

    def _report(self, unserved: Mapping[str, int]) -> None:
        """Print the queues without a worker group when they change: the metric has only their sum."""
        if unserved and unserved.keys() != self._printed.keys():
            names = ", ".join(f"{queue!r} ({count})" for queue, count in sorted(unserved.items()))
            print(
                f"metrics: no worker group serves the queue of queued Airflow tasks: {names}. Fix: add the queue to a "
                "group in workers[].queues",
                file=sys.stderr,
                flush=True,
            )
        self._printed = dict(unserved)


def run(publisher: Publisher, *, period: float) -> None:
    """Publish every ``period`` seconds until SIGTERM; print each new error once and try again."""
    printed = ""
    while True:
        started = time.monotonic()
        try:
            publisher.publish()
            printed = ""
        except Exception as error:  # noqa: BLE001 - any error may be over in the next period
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            if reason != printed:
                printed = reason
                print(f"metrics: {reason}; next try in {period:g} s", file=sys.stderr, flush=True)
        heartbeat.touch("metrics")
        time.sleep(max(1.0, period - (time.monotonic() - started)))


def _client(service: str, *, name: str) -> Any:
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return boto3.client(service)
    except BotoCoreError as error:
        raise StartupError(f"{name}: {error} Fix: set AWS_REGION and AWS_DEFAULT_REGION (ECS sets both)") from error


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> int:
    """Publish with the settings of the environment until SIGTERM."""
    signal.signal(signal.SIGTERM, _exit)
    try:
        period = os.environ.get("AIRFLOW_METRICS_PERIOD") or "60"
        if not period.isdigit() or int(period) < 1:
            raise StartupError(f"AIRFLOW_METRICS_PERIOD: expected whole seconds >= 1, got {period!r}")
        cluster = os.environ.get("AIRFLOW_METRICS_CLUSTER") or ""
        ecs = os.environ.get("AIRFLOW_METRICS_ECS_EXECUTOR") or ""
        if ecs not in {"", ECS_DEFAULT, ECS_NAMED}:
            raise StartupError(f"AIRFLOW_METRICS_ECS_EXECUTOR: expected {ECS_DEFAULT} or {ECS_NAMED}, got {ecs!r}")
        publisher = Publisher(
            database=Database.of(os.environ),
            groups=parse_groups(os.environ.get("AIRFLOW_METRICS_WORKER_GROUPS") or "{}", ecs=ecs),
            ecs=ecs,
            cloudwatch=_client("cloudwatch", name="CloudWatch"),
            cluster=Cluster(name=cluster, ecs=_client("ecs", name="ECS")) if cluster else None,
            namespace=os.environ.get("AIRFLOW_METRICS_NAMESPACE") or "Airflow",
            environment=os.environ.get("AIRFLOW_ENVIRONMENT") or "unnamed",
        )
    except StartupError as error:
        print(f"metrics: {error}", file=sys.stderr, flush=True)
        return error.exit_code
    run(publisher, period=float(period))
    return 0


if __name__ == "__main__":
    sys.exit(main())
