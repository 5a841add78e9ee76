"""Scaling of api-servers on CPU, and scheduled actions."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.terraform_resource import Resource

from tests.reading import services
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import CUSTOM, SINGLE_BY_DAY, TO_SLEEP, TO_WAKE


def _policy(deployment: Deployment, name: str) -> Resource:
    return deployment.only("aws_appautoscaling_policy", name=name)


@pytest.mark.feature("A3")
@pytest.mark.parametrize("topology", ["local_executor", "celery"])
def test_api_servers_scale_on_cpu(topology: str) -> None:
    deployment = deployed(topology=topology)
    target = deployment.only("aws_appautoscaling_target", resource_id="service/airflow-dev/api-server")
    assert (target.body["min_capacity"], target.body["max_capacity"]) == (2, 4)
    policy = _policy(deployment, "api-server-cpu").get("target_tracking_scaling_policy_configuration")
    assert policy["predefined_metric_specification"] == {"predefined_metric_type": "ECSServiceAverageCPUUtilization"}
    assert policy["scale_out_cooldown"] < policy["scale_in_cooldown"]


@pytest.mark.feature("A3")
def test_only_api_servers_and_workers_scale() -> None:
    scaled = {target.body["resource_id"].rsplit("/", 1)[1] for target in deployed().of("aws_appautoscaling_target")}
    assert scaled == {"api-server", "worker-default"}


@pytest.mark.feature("A4")
@pytest.mark.parametrize("changes", [SINGLE_BY_DAY, CUSTOM])
def test_services_stop_and_start_with_their_own_bounds(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    actions = {action.body["name"]: action for action in deployment.of("aws_appautoscaling_scheduled_action")}
    running = services(deployment)
    assert set(actions) == {f"{name}-{verb}" for name in running for verb in ("sleep", "wake")}
    for name in running:
        target = deployment.only("aws_appautoscaling_target", resource_id=f"service/airflow-dev/{name}")
        sleep, wake = actions[f"{name}-sleep"], actions[f"{name}-wake"]
        assert (sleep.body["schedule"], wake.body["schedule"]) == (TO_SLEEP, TO_WAKE)
        assert {sleep.body["timezone"], wake.body["timezone"]} == {"Europe/Berlin"}
        assert _bounds(sleep) == (0, 0)
        assert _bounds(wake) == (target.body["min_capacity"], target.body["max_capacity"]), name


@pytest.mark.feature("A4", "C6")
def test_plan_at_night_does_not_start_services_whose_schedule_stopped_them() -> None:
    """The schedule sets the limits to 0, and `operations deploy` sets changed ones of running services."""
    for changes, ignored in (({}, []), (SINGLE_BY_DAY, ["min_capacity", "max_capacity"])):
        for target in deployed(**changes).of("aws_appautoscaling_target"):
            assert (target.get("lifecycle", "ignore_changes") or []) == ignored


def _bounds(action: Resource) -> tuple[int, int]:
    wanted = action.get("scalable_target_action")
    return int(wanted["min_capacity"]), int(wanted["max_capacity"])


@pytest.mark.feature("A4")
def test_environment_without_hibernation_has_no_scheduled_action() -> None:
    deployed().template.none("aws_appautoscaling_scheduled_action")
