"""Scaling of worker groups on queued plus running Airflow tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from terraform_gate.terraform_resource import Resource

from tests.reading import AIRFLOW_TASK_ROLE, grants, role_of, services
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import LARGE

MOST = 200


def _policy(deployment: Deployment, name: str) -> Resource:
    return deployment.only("aws_appautoscaling_policy", name=name)


def _alarm_of(deployment: Deployment, policy: Resource) -> Resource:
    (alarm,) = deployment.configuration.users_of(policy, "aws_cloudwatch_metric_alarm")
    return alarm


def _adjustment(policy: Resource, *, difference: int, threshold: int) -> int:
    """What the policy does when ``difference`` workers are missing (spare ones are negative)."""
    distance = difference - threshold
    steps = policy.get("step_scaling_policy_configuration", "step_adjustment")
    found = [int(step["scaling_adjustment"]) for step in steps if _holds(step, distance, growing=threshold > 0)]
    assert len(found) == 1, f"{len(found)} steps for a difference of {difference}"
    return found[0]


def _holds(step: Mapping[str, Any], distance: int, *, growing: bool) -> bool:
    """Bounds are closed towards the threshold and open away from it, as Application Auto Scaling reads them."""
    lower = float(step.get("metric_interval_lower_bound") or "-inf")
    upper = float(step.get("metric_interval_upper_bound") or "inf")
    return lower <= distance < upper if growing else lower < distance <= upper


@pytest.mark.feature("A1")
@pytest.mark.parametrize("group", ["small", "big"])
def test_worker_group_scales_on_missing_workers(group: str) -> None:
    deployment = deployed(**LARGE)
    alarm = _alarm_of(deployment, _policy(deployment, f"worker-{group}-out")).body
    assert alarm["dimensions"] == {"Environment": "airflow-dev", "WorkerGroup": group}
    assert (alarm["metric_name"], alarm["statistic"]) == ("MissingWorkers", "Maximum"), (
        "two schedulers publish the same"
    )


@pytest.mark.feature("A1")
def test_alarm_reads_the_metric_that_the_sidecar_publishes() -> None:
    deployment = deployed(**LARGE)
    scheduler = services(deployment)["scheduler"][1]
    publisher = scheduler.container("metrics").environment
    alarm = _alarm_of(deployment, _policy(deployment, "worker-big-out")).body
    assert publisher["AIRFLOW_METRICS_NAMESPACE"] == alarm["namespace"]
    assert publisher["AIRFLOW_ENVIRONMENT"] == alarm["dimensions"]["Environment"]
    assert int(publisher["AIRFLOW_METRICS_PERIOD"]) <= alarm["period"]
    held = list(grants(deployment, role_of(deployment, scheduler, AIRFLOW_TASK_ROLE)))
    publishing = [grant for grant in held if "cloudwatch:PutMetricData" in grant.actions]
    assert [grant.conditions for grant in publishing] == [
        {"StringEquals": {"cloudwatch:namespace": alarm["namespace"]}}
    ]
    (reading,) = [grant for grant in held if "ecs:DescribeServices" in grant.actions]
    assert reading.resources == ("arn:aws:ecs:eu-central-1:111111111111:service/airflow-dev/worker-*",)
    assert publisher["AIRFLOW_METRICS_CLUSTER"] == "airflow-dev"


@pytest.mark.feature("A1")
def test_no_step_adds_or_removes_too_many_workers() -> None:
    deployment = deployed()
    out, into = (_policy(deployment, f"worker-default-{way}") for way in ("out", "in"))
    thresholds = [int(_alarm_of(deployment, policy).body["threshold"]) for policy in (out, into)]
    assert thresholds == [1, -1]
    for missing in range(1, MOST):
        assert 1 <= _adjustment(out, difference=missing, threshold=1) <= missing
        assert -missing <= _adjustment(into, difference=-missing, threshold=-1) <= -1


@pytest.mark.feature("A1")
def test_any_number_of_missing_workers_is_added_within_eight_steps() -> None:
    out = _policy(deployed(), "worker-default-out")
    for missing in range(1, MOST):
        assert len(list(_rounds(out, missing))) <= 8


def _rounds(policy: Resource, missing: int) -> Iterator[int]:
    while missing:
        added = _adjustment(policy, difference=missing, threshold=1)
        missing -= added
        yield added


@pytest.mark.feature("A1")
def test_scale_out_is_faster_than_scale_in() -> None:
    deployment = deployed()
    out, into = (_alarm_of(deployment, _policy(deployment, f"worker-default-{way}")) for way in ("out", "in"))
    assert out.body["evaluation_periods"] == 1
    assert into.body["evaluation_periods"] > 1
    assert {out.body["treat_missing_data"], into.body["treat_missing_data"]} == {"notBreaching"}
    assert deployment.resolve(out.body["alarm_actions"][0]).body["name"] == "worker-default-out"


@pytest.mark.feature("A2")
def test_worker_group_scales_to_zero_and_its_first_task_waits_long_enough() -> None:
    deployment = deployed(**LARGE)
    target = deployment.only("aws_appautoscaling_target", resource_id="service/airflow-dev/worker-big")
    assert target.body["min_capacity"] == 0
    alarm = _alarm_of(deployment, _policy(deployment, "worker-big-out")).body
    assert "ecs" not in alarm["namespace"].lower(), "a service without Fargate tasks has no metrics"
    environment = services(deployment)["scheduler"][1].main.environment
    assert int(environment["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"]) >= 300
