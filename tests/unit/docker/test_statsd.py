"""StatsD datagrams become lines of CloudWatch's embedded metric format."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow_fargate.statsd import METRICS_PER_LINE, Collector

DIMENSIONS = {"Environment": "dev", "Component": "scheduler"}


def _lines(collector: Collector) -> list[dict[str, Any]]:
    found = collector.lines(namespace="Airflow", dimensions=DIMENSIONS, now=1.5)
    return [json.loads(line) for line in found]


@pytest.mark.feature("L3")
def test_counters_gauges_and_timers_are_in_one_line() -> None:
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
def test_relative_gauge_continues_from_its_last_value() -> None:
    collector = Collector()
    collector.take(b"airflow.pool.open_slots:5|g")
    _lines(collector)
    collector.take(b"airflow.pool.open_slots:-2|g")
    assert _lines(collector)[0]["pool.open_slots"] == 3


@pytest.mark.feature("L3")
def test_names_per_dag_and_malformed_datagrams_are_dropped() -> None:
    collector = Collector()
    for datagram in (b"airflow.dag.my_dag.my_task.duration:5|ms", b"\xff\xfe", b"airflow.scheduler_heartbeat:x|c", b""):
        collector.take(datagram)
    assert _lines(collector) == []


@pytest.mark.feature("L3")
def test_line_holds_at_most_the_metrics_that_cloudwatch_accepts() -> None:
    collector = Collector()
    for number in range(METRICS_PER_LINE + 1):
        collector.take(f"airflow.pool.open_slots.{number}:1|g".encode())
    assert [len(line["_aws"]["CloudWatchMetrics"][0]["Metrics"]) for line in _lines(collector)] == [METRICS_PER_LINE, 1]
