"""Alarm definitions of each topology."""

from __future__ import annotations

import re

import pytest
from terraform_gate.terraform_resource import Resource

from local.repository import ROOT
from tests.reading import services
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import CUSTOM, LARGE


@pytest.mark.feature("L4")
def test_each_broker_node_and_worker_group_has_alarms() -> None:
    deployment = deployed(**LARGE)
    names = {
        alarm.body["alarm_name"].removeprefix("airflow-dev-") for alarm in deployment.of("aws_cloudwatch_metric_alarm")
    }
    assert {"broker-memory-1", "broker-memory-2", "oldest-queued-small", "unserved-queue"} <= names


@pytest.mark.feature("L4")
@pytest.mark.parametrize(
    ("topology", "absent"),
    [("local_executor", ("broker", "oldest", "unserved")), ("single", ("broker", "oldest", "unserved"))],
)
def test_topology_has_no_alarm_on_a_metric_that_it_lacks(topology: str, absent: tuple[str, ...]) -> None:
    deployment = deployed(topology=topology)
    running = {*services(deployment)}
    for alarm in deployment.of("aws_cloudwatch_metric_alarm"):
        assert not alarm.body["alarm_name"].removeprefix("airflow-dev-").startswith(absent)
        component = (alarm.body.get("dimensions") or {}).get("Component")
        assert component is None or component in running, alarm.address


@pytest.mark.feature("A4")
def test_stopped_scheduler_raises_no_alarm() -> None:
    def heartbeat(deployment: Deployment) -> Resource:
        return deployment.only("aws_cloudwatch_metric_alarm", alarm_name="airflow-dev-scheduler-heartbeat")

    assert heartbeat(deployed(**CUSTOM)).body["treat_missing_data"] == "notBreaching"
    assert heartbeat(deployed()).body["treat_missing_data"] == "breaching"


@pytest.mark.feature("L4", "O4")
def test_operations_page_has_an_action_for_every_alarm() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    known = re.findall(r"`([a-z]+(?:-[a-z]+)+)(?:-<[a-z]+>)?`", page.split("## Alarms")[1].split("\n## ")[0])
    for deployment in (deployed(**LARGE), deployed(topology="ecs")):
        for alarm in deployment.of("aws_cloudwatch_metric_alarm"):
            name = alarm.body["alarm_name"].removeprefix("airflow-dev-")
            if not re.search("-(in|out)(-|$)", alarm.body["alarm_name"]):
                assert name.startswith(tuple(known)), name
