"""The sidecar ``metrics`` builds metric data and rejects malformed worker groups."""

from __future__ import annotations

import pytest
from airflow_fargate.metrics import Load, WorkerGroup, datums, parse_groups
from airflow_fargate.startup_error import StartupError


@pytest.mark.feature("A1")
def test_load_becomes_three_metrics() -> None:
    group = WorkerGroup(name="default", queues=frozenset({"default"}), concurrency=4)
    data = datums([Load(group=group, tasks=9, oldest_seconds=2.5)], environment="dev")
    assert {datum["MetricName"]: datum["Value"] for datum in data} == {
        "TaskLoad": 9,
        "DesiredWorkers": 3,
        "OldestQueuedSeconds": 2.5,
    }
    assert all(
        datum["Dimensions"] == [{"Name": "Environment", "Value": "dev"}, {"Name": "WorkerGroup", "Value": "default"}]
        for datum in data
    )


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
