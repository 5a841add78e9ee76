"""The sidecar ``metrics``: publishes the load of each worker group to CloudWatch.

With a cluster (AIRFLOW_METRICS_CLUSTER) it also publishes, at a resolution of a second, how many workers each group
lacks: the workers that its load needs minus the desired count of its ECS service. Autoscaling reacts to this metric.
Airflow tasks whose earlier instances were short count in part, and a zero follows each number that asks for workers
(:mod:`airflow_fargate.scaling_signal`).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from airflow_fargate import heartbeat
from airflow_fargate.backing_services import Database
from airflow_fargate.metric_data import datums, missing_data
from airflow_fargate.scaling_signal import ScalingSignal, seconds_to_publication
from airflow_fargate.startup_error import StartupError
from airflow_fargate.worker_load import ECS_DEFAULT, ECS_NAMED, Load, WorkerGroup, measure, parse_groups

# Standard metrics have a resolution of a minute.
FULL_SECONDS = 60.0
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
DESCRIBED_AT_ONCE = 10


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
        self._signals: dict[str, ScalingSignal] = {group.name: ScalingSignal() for group in groups}
        self._sent: dict[str, int] = {}
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
        sent = {
            load.group.name: self._signals[load.group.name].number(
                load.needed_workers - desired[load.group.name], desired=desired[load.group.name], now=time.monotonic()
            )
            for load in loads
            if load.group.name in desired
        }
        changed = {name: number for name, number in sent.items() if number or self._sent.get(name)}
        self._sent = sent
        return missing_data(changed, environment=self._environment)

    def _report(self, unserved: Mapping[str, int]) -> None:
        """Print the queues without a worker group when they change: the metric has only their sum."""
        if unserved and unserved.keys() != self._printed.keys():
            names = ", ".join(f"{queue!r} ({count})" for queue, count in sorted(unserved.items()))
            print(
                f"metrics: Airflow tasks wait in queues that no worker group serves: {names}. Fix: add the queues to a "
                "group in workers[].queues",
                file=sys.stderr,
                flush=True,
            )
        self._printed = dict(unserved)


def run(publisher: Publisher, *, period: float) -> None:
    """Publish once in every ``period`` seconds until SIGTERM; print each new error once and try again."""
    printed = ""
    while True:
        try:
            publisher.publish()
            printed = ""
        except Exception as error:  # noqa: BLE001 - any error may be over in the next period
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            if reason != printed:
                printed = reason
                print(f"metrics: {reason}; next try in {period:g} s", file=sys.stderr, flush=True)
        heartbeat.touch("metrics")
        time.sleep(seconds_to_publication(time.time(), period))


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
