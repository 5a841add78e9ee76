"""The dashboard and the saved queries."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import ALARM_METRICS, CUSTOM, LARGE


@pytest.mark.feature("L5")
def test_dashboard_shows_each_alarm_metric_with_its_threshold() -> None:
    deployment = deployed(**CUSTOM)
    widgets = deployment.only("aws_cloudwatch_dashboard").document("dashboard_body")["widgets"]
    lines = {
        widget["properties"]["title"]: widget["properties"]["annotations"]["horizontal"][0]["value"]
        for widget in widgets
        if widget["type"] == "metric" and "annotations" in widget["properties"]
    }
    assert {name: threshold for name, (_, threshold) in ALARM_METRICS.items()}.items() <= lines.items()
    boxes = [(widget["x"], widget["y"]) for widget in widgets]
    assert len(set(boxes)) == len(boxes), "no widget covers another"


@pytest.mark.feature("L5")
def test_dashboard_shows_waiting_running_workers_and_oldest_task_of_each_queue() -> None:
    deployment = deployed(**LARGE)
    widgets = deployment.only("aws_cloudwatch_dashboard").document("dashboard_body")["widgets"]
    lines = {
        widget["properties"]["title"]: [(line[1], line[-1]["label"]) for line in widget["properties"]["metrics"]]
        for widget in widgets
        if widget["properties"]["title"].startswith("queue ")
    }
    assert set(lines) == {"queue default", "queue mail", "queue heavy"}
    assert lines["queue heavy"] == [
        ("QueuedTasks", "waiting"),
        ("RunningTasks", "running"),
        ("RunningTaskCount", "worker-big"),
        ("OldestQueuedSeconds", "oldest, seconds"),
    ]


@pytest.mark.feature("L5")
def test_saved_queries_read_existing_log_groups() -> None:
    deployment = deployed()
    groups = {group.body["name"] for group in deployment.of("aws_cloudwatch_log_group")}
    queries = deployment.of("aws_cloudwatch_query_definition")
    assert len(queries) >= 4
    for query in queries:
        assert set(query.body["log_group_names"]) <= groups, query.address


@pytest.mark.feature("L5")
def test_slow_statement_query_reads_the_log_of_postgresql() -> None:
    (query,) = (query for query in deployed().of("aws_cloudwatch_query_definition") if "slow" in query.body["name"])
    assert "/aws/rds/instance/airflow-dev/postgresql" in query.body["log_group_names"]
