"""The sidecar ``metrics`` publishes the load and the missing workers."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from airflow_fargate.metrics import Cluster, Publisher
from airflow_fargate.worker_load import WorkerGroup

from tests.unit.docker.load_rows import Connection


class Ecs:
    """ECS with a desired count for the service of one group."""

    def __init__(self, desired: int) -> None:
        self.desired = desired

    def describe_services(self, *, cluster: str, services: list[str]) -> dict[str, list[dict[str, object]]]:
        assert (cluster, services) == ("airflow-dev", ["worker-default"])
        return {"services": [{"serviceName": "worker-default", "desiredCount": self.desired, "status": "ACTIVE"}]}


class CloudWatch:
    """Keeps the data of each call."""

    def __init__(self) -> None:
        self.calls: list[dict[str, float]] = []

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, object]]) -> None:  # noqa: N803
        assert Namespace == "Airflow"
        assert {datum["StorageResolution"] for datum in MetricData if datum["MetricName"] == "MissingWorkers"} <= {1}
        self.calls.append({str(datum["MetricName"]): float(str(datum["Value"])) for datum in MetricData})


@pytest.mark.feature("A1", "A6")
def test_missing_workers_are_published_until_there_are_none_and_the_load_once_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", SimpleNamespace(Error=OSError))  # only the image has it
    ecs, cloudwatch = Ecs(desired=0), CloudWatch()
    publisher = Publisher(
        database=None,  # type: ignore[arg-type]
        cloudwatch=cloudwatch,
        namespace="Airflow",
        environment="airflow-dev",
        groups=(WorkerGroup(name="default", queues=frozenset({"default"}), concurrency=4),),
        cluster=Cluster(name="airflow-dev", ecs=ecs),
    )
    publisher._connection = Connection()
    for desired in (0, 0, 1, 2, 2, 3):
        ecs.desired = desired
        publisher.publish()
    # Five queued and running Airflow tasks need two workers.
    first, *later = cloudwatch.calls
    assert (first["MissingWorkers"], first["TaskLoad"]) == (2, 5)
    # The zero after each number that asks for workers returns the alarm to OK.
    assert later == [{"MissingWorkers": 0}, {"MissingWorkers": 1}, {"MissingWorkers": 0}, {"MissingWorkers": -1}]
