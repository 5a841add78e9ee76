"""The load of worker groups is measured; malformed worker groups are rejected."""

from __future__ import annotations

import pytest
from airflow_fargate.metric_data import datums
from airflow_fargate.scaling_signal import (
    HISTORY,
    MOST_NEW,
    NEW_RAN_SECONDS,
    NEW_WAITED_SECONDS,
    WAITED_SECONDS,
    WHOLE_SECONDS,
)
from airflow_fargate.startup_error import StartupError
from airflow_fargate.worker_load import QUERY, Load, QueueLoad, WorkerGroup, measure, parse_groups

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
    measured = measure(Connection(), [group])
    assert [load.tasks for load in measured.loads] == [5]
    assert measured.unserved == {"typo": 2}


@pytest.mark.feature("T8", "L4")
def test_airflow_tasks_of_the_ecs_executor_have_their_own_load_and_metrics() -> None:
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


@pytest.mark.feature("A1", "A6")
@pytest.mark.parametrize(("work", "workers"), [(0.0, 0), (0.5, 1), (4.0, 1), (4.1, 2), (5.0, 2)])
def test_short_airflow_tasks_need_fewer_workers_than_their_number(work: float, workers: int) -> None:
    group = WorkerGroup(name="default", queues=frozenset({"default"}), concurrency=4)
    load = Load(group=group, queues={"default": QueueLoad(queued=10, running=10, work=work)})
    assert (load.needed_workers, load.desired_workers) == (workers, 5)


@pytest.mark.feature("A1")
def test_query_has_the_rules_of_the_simulated_weight() -> None:
    assert f"waited > {WAITED_SECONDS}" in QUERY
    assert f"ran > {WHOLE_SECONDS}" in QUERY
    assert f"expected / {WHOLE_SECONDS}" in QUERY
    assert f"limit {HISTORY}" in QUERY
    assert f"waited <= {NEW_WAITED_SECONDS} else ran <= {NEW_RAN_SECONDS}" in QUERY
    assert f"number <= {MOST_NEW}" in QUERY
