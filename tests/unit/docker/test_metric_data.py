"""The load becomes metric data."""

from __future__ import annotations

import pytest
from airflow_fargate.metric_data import datums
from airflow_fargate.worker_load import Load, QueueLoad, WorkerGroup


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
