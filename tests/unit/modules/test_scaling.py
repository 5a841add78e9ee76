"""A1 to A4: workers follow the work that waits, api-servers the load, everything the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from terraform_gate.terraform_resource import Resource

from tests.reading import AIRFLOW_TASK_ROLE, fargate_tasks, grants, role_of, services
from tests.synthesis import Deployment, deployed
from tests.unit.modules.large import CUSTOM, LARGE, SINGLE_BY_DAY

TO_SLEEP, TO_WAKE = "cron(0 20 ? * MON-FRI *)", "cron(30 6 ? * MON-FRI *)"
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
def test_each_group_follows_the_workers_that_are_missing(group: str) -> None:
    deployment = deployed(**LARGE)
    alarm = _alarm_of(deployment, _policy(deployment, f"worker-{group}-out"))
    queries = {query["id"]: query for query in alarm.blocks("metric_query")}
    assert queries["difference"]["expression"] == "wanted - FILL(asked, 0)"
    assert queries["difference"]["return_data"] is True
    wanted = queries["wanted"]["metric"]
    assert wanted["dimensions"] == {"Environment": "dev", "WorkerGroup": group}
    assert (wanted["metric_name"], wanted["stat"]) == ("DesiredWorkers", "Maximum"), "two schedulers publish the same"
    asked = queries["asked"]["metric"]
    assert asked["dimensions"] == {"ClusterName": "airflow-dev", "ServiceName": f"worker-{group}"}


@pytest.mark.feature("A1")
def test_the_metric_is_published_where_the_alarm_looks() -> None:
    deployment = deployed(**LARGE)
    scheduler = services(deployment)["scheduler"][1]
    publisher = scheduler.container("metrics").environment
    queries = _alarm_of(deployment, _policy(deployment, "worker-big-out")).blocks("metric_query")
    (wanted,) = (query["metric"] for query in queries if query["id"] == "wanted")
    assert publisher["AIRFLOW_METRICS_NAMESPACE"] == wanted["namespace"]
    assert publisher["AIRFLOW_ENVIRONMENT"] == wanted["dimensions"]["Environment"]
    assert int(publisher["AIRFLOW_METRICS_PERIOD"]) <= wanted["period"]
    publishing = [
        grant
        for grant in grants(deployment, role_of(deployment, scheduler, AIRFLOW_TASK_ROLE))
        if "cloudwatch:PutMetricData" in grant.actions
    ]
    assert [grant.conditions for grant in publishing] == [
        {"StringEquals": {"cloudwatch:namespace": wanted["namespace"]}}
    ]


@pytest.mark.feature("A1")
def test_container_insights_tells_how_many_were_asked_for() -> None:
    settings = deployed().only("aws_ecs_cluster").blocks("setting")
    assert [dict(one)["value"] for one in settings if one["name"] == "containerInsights"] in (["enabled"], ["enhanced"])


@pytest.mark.feature("A1")
def test_no_step_adds_more_than_are_missing_or_removes_more_than_are_spare() -> None:
    deployment = deployed()
    out, into = (_policy(deployment, f"worker-default-{way}") for way in ("out", "in"))
    thresholds = [int(_alarm_of(deployment, policy).body["threshold"]) for policy in (out, into)]
    assert thresholds == [1, -1]
    for missing in range(1, MOST):
        assert 1 <= _adjustment(out, difference=missing, threshold=1) <= missing
        assert -missing <= _adjustment(into, difference=-missing, threshold=-1) <= -1


@pytest.mark.feature("A1")
def test_any_number_of_missing_workers_is_there_after_eight_rounds() -> None:
    out = _policy(deployed(), "worker-default-out")
    for missing in range(1, MOST):
        assert len(list(_rounds(out, missing))) <= 8


def _rounds(policy: Resource, missing: int) -> Iterator[int]:
    while missing:
        added = _adjustment(policy, difference=missing, threshold=1)
        missing -= added
        yield added


@pytest.mark.feature("A1")
def test_fast_to_add_slow_to_remove() -> None:
    deployment = deployed()
    out, into = (_alarm_of(deployment, _policy(deployment, f"worker-default-{way}")) for way in ("out", "in"))
    assert out.body["evaluation_periods"] == 1
    assert into.body["evaluation_periods"] >= 15
    assert {out.body["treat_missing_data"], into.body["treat_missing_data"]} == {"notBreaching"}
    assert deployment.named(out.body["alarm_actions"][0]).body["name"] == "worker-default-out"


@pytest.mark.feature("A1")
def test_parallelism_holds_all_slots_at_the_largest_scale() -> None:
    for task in fargate_tasks(deployed(**LARGE)).values():
        assert task.main.environment["AIRFLOW__CORE__PARALLELISM"] == str(3 * 4 + 5 * 2), task.name


@pytest.mark.feature("A2")
def test_a_group_may_sleep_at_zero_and_its_first_task_waits_long_enough() -> None:
    deployment = deployed(**LARGE)
    target = deployment.only("aws_appautoscaling_target", resource_id="service/airflow-dev/worker-big")
    assert target.body["min_capacity"] == 0
    queries = _alarm_of(deployment, _policy(deployment, "worker-big-out")).blocks("metric_query")
    assert any("FILL(asked, 0)" in query.get("expression", "") for query in queries), "no task, no metric of a service"
    environment = services(deployment)["scheduler"][1].main.environment
    assert int(environment["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"]) >= 300


@pytest.mark.feature("A3")
@pytest.mark.parametrize("topology", ["local_executor", "celery"])
def test_api_servers_scale_on_load(topology: str) -> None:
    deployment = deployed(topology=topology)
    target = deployment.only("aws_appautoscaling_target", resource_id="service/airflow-dev/api-server")
    assert (target.body["min_capacity"], target.body["max_capacity"]) == (2, 4)
    policy = _policy(deployment, "api-server-cpu").get("target_tracking_scaling_policy_configuration")
    assert policy["predefined_metric_specification"] == {"predefined_metric_type": "ECSServiceAverageCPUUtilization"}
    assert policy["scale_out_cooldown"] < policy["scale_in_cooldown"]


@pytest.mark.feature("A3")
def test_nothing_scales_that_must_not() -> None:
    scaled = {one.body["resource_id"].rsplit("/", 1)[1] for one in deployed().of("aws_appautoscaling_target")}
    assert scaled == {"api-server", "worker-default"}


@pytest.mark.feature("A4")
@pytest.mark.parametrize("changes", [SINGLE_BY_DAY, CUSTOM])
def test_every_service_sleeps_and_wakes_to_its_own_bounds(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    actions = {one.body["name"]: one for one in deployment.of("aws_appautoscaling_scheduled_action")}
    running = services(deployment)
    assert set(actions) == {f"{name}-{verb}" for name in running for verb in ("sleep", "wake")}
    for name in running:
        target = deployment.only("aws_appautoscaling_target", resource_id=f"service/airflow-dev/{name}")
        sleep, wake = actions[f"{name}-sleep"], actions[f"{name}-wake"]
        assert (sleep.body["schedule"], wake.body["schedule"]) == (TO_SLEEP, TO_WAKE)
        assert {sleep.body["timezone"], wake.body["timezone"]} == {"Europe/Berlin"}
        assert _bounds(sleep) == (0, 0)
        assert _bounds(wake) == (target.body["min_capacity"], target.body["max_capacity"]), name


def _bounds(action: Resource) -> tuple[int, int]:
    wanted = action.get("scalable_target_action")
    return int(wanted["min_capacity"]), int(wanted["max_capacity"])


@pytest.mark.feature("A4")
def test_the_database_sleeps_too() -> None:
    deployment = deployed(**CUSTOM)
    for verb, cron in (("stop", TO_SLEEP), ("start", TO_WAKE)):
        schedule = deployment.only("aws_scheduler_schedule", name=f"airflow-dev-database-{verb}")
        assert schedule.body["schedule_expression"] == cron
        assert schedule.body["schedule_expression_timezone"] == "Europe/Berlin"
        assert schedule.get("target", "arn") == f"arn:aws:scheduler:::aws-sdk:rds:{verb}DBInstance"
        role = deployment.named(schedule.get("target", "role_arn"))
        may = {one for grant in grants(deployment, role) for one in grant.resources if ":rds:" in one}
        assert may == {"arn:aws:rds:eu-central-1:111111111111:db:airflow-dev"}


@pytest.mark.feature("A4")
def test_a_sleeping_scheduler_wakes_nobody() -> None:
    def heartbeat(deployment: Deployment) -> Resource:
        return deployment.only("aws_cloudwatch_metric_alarm", alarm_name="airflow-dev-scheduler-heartbeat")

    assert heartbeat(deployed(**CUSTOM)).body["treat_missing_data"] == "notBreaching"
    assert heartbeat(deployed()).body["treat_missing_data"] == "breaching"


@pytest.mark.feature("A4")
def test_without_hours_nothing_sleeps() -> None:
    assert not deployed().of("aws_appautoscaling_scheduled_action")
