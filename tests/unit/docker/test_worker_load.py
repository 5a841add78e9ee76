"""The load of worker groups is measured; malformed worker groups are rejected."""

from __future__ import annotations

import pytest
from airflow_fargate.startup_error import StartupError
from airflow_fargate.worker_load import WorkerGroup, measure, parse_groups

from tests.unit.docker.load_rows import Connection


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


@pytest.mark.feature("A1", "L4")
def test_queued_tasks_of_a_queue_without_workers_are_counted() -> None:
    group = WorkerGroup(name="default", queues=frozenset({"default"}), concurrency=4)
    loads, unserved = measure(Connection(), [group])
    assert [load.tasks for load in loads] == [5]
    assert unserved == {"typo": 2}
