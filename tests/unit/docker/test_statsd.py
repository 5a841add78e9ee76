"""L3: StatsD datagrams become lines of CloudWatch's embedded metric format."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow_fargate.metrics import Load, WorkerGroup, datums, parse_groups
from airflow_fargate.startup_error import StartupError
from airflow_fargate.statsd import METRICS_PER_LINE, Collector

DIMENSIONS = {"Environment": "dev", "Component": "scheduler"}


def _lines(collector: Collector) -> list[dict[str, Any]]:
    found = collector.lines(namespace="Airflow", dimensions=DIMENSIONS, now=1.5)
    return [json.loads(line) for line in found]


@pytest.mark.feature("L3")
def test_counters_gauges_and_timers_in_one_line() -> None:
    collector = Collector()
    for datagram in (
        b"airflow.scheduler_heartbeat:1|c",
        b"airflow.scheduler_heartbeat:1|c\nairflow.scheduler_heartbeat:1|c|@0.5",
        b"airflow.executor.open_slots:31|g",
        b"airflow.executor.open_slots:+2|g",
        b"airflow.scheduler.scheduler_loop_duration:12.5|ms",
        b"airflow.scheduler.scheduler_loop_duration:7.5|ms",
    ):
        collector.take(datagram)
    (line,) = _lines(collector)
    assert line["scheduler_heartbeat"] == 4
    assert line["executor.open_slots"] == 33
    assert line["scheduler.scheduler_loop_duration"] == [12.5, 7.5]
    assert line["Environment"] == "dev"
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert line["_aws"]["Timestamp"] == 1500
    assert directive["Dimensions"] == [["Environment", "Component"]]
    assert {"Name": "scheduler.scheduler_loop_duration", "Unit": "Milliseconds"} in directive["Metrics"]
    assert _lines(collector) == []


@pytest.mark.feature("L3")
def test_a_gauge_moves_on_from_its_last_value() -> None:
    collector = Collector()
    collector.take(b"airflow.pool.open_slots:5|g")
    _lines(collector)
    collector.take(b"airflow.pool.open_slots:-2|g")
    assert _lines(collector)[0]["pool.open_slots"] == 3


@pytest.mark.feature("L3")
def test_names_per_dag_cost_nothing_and_nonsense_harms_nobody() -> None:
    collector = Collector()
    for datagram in (b"airflow.dag.my_dag.my_task.duration:5|ms", b"\xff\xfe", b"airflow.scheduler_heartbeat:x|c", b""):
        collector.take(datagram)
    assert _lines(collector) == []


@pytest.mark.feature("L3")
def test_a_line_holds_no_more_metrics_than_cloudwatch_takes() -> None:
    collector = Collector()
    for number in range(METRICS_PER_LINE + 1):
        collector.take(f"airflow.pool.open_slots.{number}:1|g".encode())
    assert [len(line["_aws"]["CloudWatchMetrics"][0]["Metrics"]) for line in _lines(collector)] == [METRICS_PER_LINE, 1]


@pytest.mark.feature("A1")
def test_load_becomes_three_metrics_with_workers_rounded_up() -> None:
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
def test_groups_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(StartupError, match="AIRFLOW_METRICS_WORKER_GROUPS"):
        parse_groups(text)
