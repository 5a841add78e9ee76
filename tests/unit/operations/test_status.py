"""One screen about an environment: services, stores, migration, queues, alarms, waivers."""

from __future__ import annotations

import datetime
import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from operations import status as module
from operations.account import Account
from operations.errors import PreconditionError
from operations.hibernation import hibernate
from operations.status import status
from operations.status_screen import show
from tests.unit.environments.cases import TWO_TEAMS
from tests.unit.operations.cloud import Cloud


def screen(found: dict[str, Any]) -> str:
    out = io.StringIO()
    show(found, Console(file=out, width=200))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def publish(cloud: Cloud, metric: str, value: float) -> None:
    dimensions = [{"Name": "Environment", "Value": "airflow-dev"}, {"Name": "WorkerGroup", "Value": "default"}]
    data = {
        "MetricName": metric,
        "Dimensions": dimensions,
        "Value": value,
        "Timestamp": datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1),
    }
    cloud.client("cloudwatch").put_metric_data(Namespace="Airflow", MetricData=[data])


@pytest.mark.feature("O8")
def test_status_shows_services_stores_and_the_last_migration(cloud: Cloud) -> None:
    cloud.put("schema", json.dumps({"airflow": "3.3.2", "to": "fe199e1abd77", "at": "2026-11-27T10:00:00"}), "String")
    found = status(cloud.account)
    scheduler = next(service for service in found["services"] if service["name"] == "scheduler")
    assert (scheduler["desired"], scheduler["bounds"], found["asleep"]) == (1, [1, 1], False)
    text = screen(found)
    assert text.splitlines()[0] == "dev: account 123456789012, eu-central-1"
    assert "migration   Airflow 3.3.2, schema fe199e1abd77, 2026-11-27T10:00:00" in text
    assert "database    available, postgres" in text


@pytest.mark.feature("O8")
def test_status_shows_the_newest_load_of_each_worker_group(cloud: Cloud) -> None:
    publish(cloud, "TaskLoad", 7)
    publish(cloud, "OldestQueuedSeconds", 42)
    (group,) = status(cloud.account)["queues"]
    assert (group["group"], group["tasks"], group["oldest_queued_seconds"]) == ("default", 7, 42)


@pytest.mark.feature("O8", "T9")
def test_status_names_the_team_of_each_worker_group(cloud: Cloud) -> None:
    assert "team" not in screen(status(cloud.account))
    found = status(Cloud.account_of(Cloud.environment(**TWO_TEAMS)))
    assert {row["group"]: row["team"] for row in found["queues"]} == {"default": None, "sales": "sales", "ops": "ops"}
    assert [line.split()[-1] for line in screen(found).splitlines() if line.startswith(("sales ", "ops "))] == [
        "sales",
        "ops",
    ]


@pytest.mark.feature("O8", "T8")
def test_status_counts_the_airflow_tasks_that_are_fargate_tasks(cloud: Cloud) -> None:
    assert status(cloud.account)["airflow_tasks"] is None
    account, ecs = Cloud.account_of(Cloud.environment(ecs_executor={"max_count": 20})), cloud.client("ecs")
    for process in ("airflow-task", "other"):
        family, container = cloud.names.one_off(process), {"name": process, "image": "i", "memory": 512}
        ecs.register_task_definition(family=family, containerDefinitions=[container])
        ecs.run_task(cluster=cloud.names.name, taskDefinition=family, launchType="FARGATE")
    found = status(account)
    assert found["airflow_tasks"]["running"] + found["airflow_tasks"]["starting"] == 1
    assert "Airflow tasks on Fargate   " in screen(found)
    assert ", at most 20" in screen(found)


@pytest.mark.feature("O8")
def test_load_without_a_recent_value_is_not_reported_as_zero(cloud: Cloud) -> None:
    found = status(cloud.account)
    assert found["queues"][0]["tasks"] is None
    assert "no recent value" in screen(found)


@pytest.mark.feature("O8", "A4")
def test_sleeping_environment_is_shown_as_asleep(cloud: Cloud) -> None:
    hibernate(cloud.account)
    found = status(cloud.account)
    assert found["asleep"]
    assert screen(found).splitlines()[0].endswith(", asleep")


@pytest.mark.feature("O8")
def test_active_alarm_that_notifies_is_listed_and_one_of_a_scaling_policy_is_not(cloud: Cloud) -> None:
    alarms = cloud.client("cloudwatch")
    for name, action in (("airflow-dev-heartbeat", "arn:aws:sns:eu-central-1:1:x"), ("airflow-dev-scale", "arn:x")):
        alarms.put_metric_alarm(
            AlarmName=name,
            AlarmActions=[action],
            ComparisonOperator="LessThanThreshold",
            EvaluationPeriods=1,
            Threshold=1,
        )
        alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    assert status(cloud.account)["alarms"] == ["airflow-dev-heartbeat"]


@pytest.mark.feature("O8", "P6")
def test_waiver_that_ends_within_30_days_is_listed(cloud: Cloud) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    common = {"rule": "CKV_AWS_145", "reason": "a long enough reason", "owner": "team"}
    waivers = [
        {**common, "address": f"aws_s3_bucket.{name}", "expires": today + datetime.timedelta(days=days)}
        for name, days in (("soon", 10), ("later", 60))
    ]
    account = Cloud.account_of(Cloud.environment(waivers=waivers))
    assert [waiver["address"] for waiver in status(account)["waivers"]] == ["aws_s3_bucket.soon"]


@pytest.mark.feature("O8")
def test_part_that_aws_denies_is_a_problem_of_that_part_only(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_account: Account) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "DescribeDBInstances")

    monkeypatch.setitem(module.PARTS, "database", denied)
    found = status(cloud.account)
    assert found["database"]["problem"].startswith("AWS denies DescribeDBInstances: not authorized. Fix: ")
    assert found["services"]
    assert "database    AWS denies DescribeDBInstances" in screen(found)


@pytest.mark.feature("O8")
def test_status_before_the_deployment_names_the_deployment(empty_account: Account) -> None:
    with pytest.raises(PreconditionError, match="dev has no services in eu-central-1. Fix: .* deploy dev"):
        status(empty_account)
