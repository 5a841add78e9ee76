"""The sidecar ``metrics`` builds metric data and rejects malformed worker groups."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from airflow_fargate.metrics import Cluster, Load, Publisher, QueueLoad, WorkerGroup, datums, measure, parse_groups
from airflow_fargate.startup_error import StartupError


@pytest.mark.feature("A1")
def test_load_becomes_three_metrics() -> None:
    group = WorkerGroup(name="default", queues=frozenset({"default"}), concurrency=4)
    queue = QueueLoad(queued=4, running=5, oldest_seconds=2.5)
    unserved, *data = datums([Load(group=group, queues={"default": queue})], unserved=2, environment="dev")
    data, of_queue = data[:3], data[3:]
    assert unserved == {
        "MetricName": "UnservedTasks",
        "Dimensions": [{"Name": "Environment", "Value": "dev"}],
        "Value": 2,
        "Unit": "Count",
    }
    assert {datum["MetricName"]: datum["Value"] for datum in data} == {
        "TaskLoad": 9,
        "DesiredWorkers": 3,
        "OldestQueuedSeconds": 2.5,
    }
    assert all(
        datum["Dimensions"] == [{"Name": "Environment", "Value": "dev"}, {"Name": "WorkerGroup", "Value": "default"}]
        for datum in data
    )

    assert {datum["MetricName"]: datum["Value"] for datum in of_queue} == {
        "QueuedTasks": 4,
        "RunningTasks": 5,
        "OldestQueuedSeconds": 2.5,
    }
    assert all({"Name": "Queue", "Value": "default"} in datum["Dimensions"] for datum in of_queue)


@pytest.mark.feature("L5")
def test_queue_that_two_groups_serve_is_published_once() -> None:
    groups = [WorkerGroup(name=name, queues=frozenset({"default"}), concurrency=4) for name in ("small", "big")]
    data = datums([Load(group=group, queues={"default": QueueLoad()}) for group in groups], unserved=0, environment="d")
    assert [datum["MetricName"] for datum in data].count("QueuedTasks") == 1


@pytest.mark.feature("A1")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"a": {}}',
        '{"a": {"queues": [], "concurrency": 1}}',
        '{"a": {"queues": ["q"], "concurrency": 0}}',
    ],
)
def test_malformed_worker_groups_are_rejected(text: str) -> None:
    with pytest.raises(StartupError, match="AIRFLOW_METRICS_WORKER_GROUPS"):
        parse_groups(text)


ROWS = [
    ("default", 5, 90.0, 3, False),
    ("typo", 2, 60.0, 2, False),
    ("drained", 1, None, 0, False),
    ("default", 4, 30.0, 1, True),
    ("large", 2, 45.0, 2, True),
]
"""Rows of the query: queue, queued and running, age of the oldest queued, queued, whether on the ECS executor."""


class Connection:
    """A database connection that answers every query with ROWS."""

    def cursor(self) -> Connection:
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def execute(self, *_: object) -> None:
        """Run nothing."""

    def fetchall(self) -> list[tuple[str, int, float | None, int, bool]]:
        return ROWS

    def rollback(self) -> None:
        """End nothing."""


@pytest.mark.feature("A1", "L4")
def test_queued_tasks_of_a_queue_without_workers_are_counted() -> None:
    group = WorkerGroup(name="default", queues=frozenset({"default"}), concurrency=4)
    measured = measure(Connection(), [group])
    assert [load.tasks for load in measured.loads] == [5]
    assert measured.unserved == {"typo": 2}


@pytest.mark.feature("T8", "L4")
def test_airflow_tasks_of_the_ecs_executor_have_their_own_metrics() -> None:
    measured = measure(Connection(), [], ecs="default")
    assert measured.on_ecs == QueueLoad(queued=3, running=3, oldest_seconds=45)
    _, *data = datums([], unserved=0, environment="dev", on_ecs=measured.on_ecs)
    assert {datum["MetricName"]: datum["Value"] for datum in data} == {
        "QueuedTasks": 3,
        "RunningTasks": 3,
        "OldestQueuedSeconds": 45,
    }
    assert all({"Name": "Executor", "Value": "ecs"} in datum["Dimensions"] for datum in data)


@pytest.mark.feature("T8")
def test_no_worker_group_is_needed_where_ecs_is_the_default_executor() -> None:
    assert parse_groups("{}", ecs="default") == ()
    with pytest.raises(StartupError, match="AIRFLOW_METRICS_WORKER_GROUPS"):
        parse_groups("{}", ecs="named")


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
    for desired in (0, 1, 2, 2, 3):
        ecs.desired = desired
        publisher.publish()
    # Five queued and running Airflow tasks need two workers.
    first, *later = cloudwatch.calls
    assert (first["MissingWorkers"], first["TaskLoad"]) == (2, 5)
    assert later == [{"MissingWorkers": 1}, {"MissingWorkers": 0}, {"MissingWorkers": -1}]
