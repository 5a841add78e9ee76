"""``plan``: both stacks, grouped by effect, without a change."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from operations import plan
from operations.account import Account
from operations.errors import PreconditionError
from operations.stacks import Stack
from tests.unit.operations.cloud import Cloud


def change(address: str, *actions: str, **after: Any) -> dict[str, Any]:
    body = {"actions": list(actions), "before": dict.fromkeys(after, "old"), "after": after}
    return {"address": address, "type": address.split(".", maxsplit=1)[0], "mode": "managed", "change": body}


PLANS: dict[str, dict[str, Any]] = {
    "dev-foundation": {
        "prior_state": {"values": {}},
        "resource_changes": [
            change("aws_db_instance.database", "update", instance_class="db.m7g.large"),
            change("aws_subnet.application_a", "delete"),
            change("aws_subnet.data_a", "no-op"),
        ],
    },
    "dev-airflow": {
        "resource_changes": [
            change("aws_ecs_service.scheduler_service", "update", task_definition="two"),
            change("aws_cloudwatch_metric_alarm.queued", "create"),
        ]
    },
}


@pytest.mark.feature("E7")
def test_changes_are_grouped_by_effect_harmless_first() -> None:
    rejected = ["dev-foundation: aws_subnet.application_a would be destroyed: the addresses of everything in it"]
    assert list(plan.report(PLANS, rejected)) == [
        "No interruption (1):",
        "  dev-airflow: aws_cloudwatch_metric_alarm.queued (create)",
        "Rolling: ECS starts new Fargate tasks before it stops the old ones (1):",
        "  dev-airflow: aws_ecs_service.scheduler_service (change)",
        "Brief outage: connections break for seconds or minutes (1):",
        "  dev-foundation: aws_db_instance.database (change)",
        "Rejected by `deploy` without a waiver of AF_PLAN_1 (1):",
        "  dev-foundation: aws_subnet.application_a would be destroyed: the addresses of everything in it",
    ]


@pytest.mark.feature("E7", "A4")
def test_plan_of_an_environment_that_hibernates_contains_no_waking() -> None:
    """Terraform would set the counts of the file again, which `deploy` rejects while the database is stopped."""

    def woken(address: str, **numbers: int) -> dict[str, Any]:
        found = change(address, "update", **numbers)
        return {**found, "change": {**found["change"], "before": dict.fromkeys(numbers, 0)}}

    waking = [
        woken("aws_ecs_service.scheduler_service", desired_count=1),
        woken("aws_appautoscaling_target.api_server_scalable", min_capacity=2, max_capacity=4),
    ]
    also = woken("aws_ecs_service.triggerer_service", desired_count=1, task_definition=2)
    asleep = plan.Planned("dev", {"dev-airflow": {"resource_changes": waking}}, [], {}, asleep=True)
    assert (asleep.changes, asleep.items) == (0, [])
    assert asleep.lines == [
        "Nothing to change.",
        "dev hibernates: 2 counts and limits of autoscaling stay 0 until `wake`.",
    ]
    assert plan.Planned("dev", {"dev-airflow": {"resource_changes": waking}}, [], {}).changes == 2
    assert plan.Planned("dev", {"dev-airflow": {"resource_changes": [also]}}, [], {}, asleep=True).changes == 1


@pytest.mark.feature("E7")
def test_waived_change_is_shown_with_its_effect() -> None:
    lines = list(plan.report({"dev-foundation": PLANS["dev-foundation"]}, []))
    assert lines[-2:] == [
        "Loses data or interrupts users, and a waiver of AF_PLAN_1 allows it (1):",
        "  dev-foundation: aws_subnet.application_a (delete)",
    ]


@pytest.mark.feature("E7")
def test_empty_plan_is_reported_as_nothing_to_change() -> None:
    assert list(plan.report({"dev-foundation": {"resource_changes": []}}, [])) == ["Nothing to change."]


@pytest.mark.feature("E8")
def test_waiver_of_the_environment_allows_its_address() -> None:
    tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
    waiver = {"rule": "AF_PLAN_1", "address": "aws_subnet.application_a", "reason": "the zone is left", "owner": "me"}
    plain, waived = (
        Cloud.account_of(Cloud.environment(**changes))
        for changes in ({}, {"waivers": [{**waiver, "expires": str(tomorrow)}]})
    )
    assert len(plan.rejections(plain, PLANS, in_use=True)) == 1
    assert plan.rejections(waived, PLANS, in_use=True) == []


@pytest.mark.feature("E8")
def test_empty_state_of_an_environment_that_runs_is_rejected(empty_account: Account) -> None:
    foundation = Stack(empty_account, "foundation")
    with pytest.raises(
        PreconditionError, match=r"dev.yaml: state: the state is empty, but the environment is deployed"
    ):
        foundation._require_state({"resource_changes": []}, in_use=True)
    foundation._require_state({"resource_changes": []}, in_use=False)
    foundation._require_state({"prior_state": {"values": {"root_module": {}}}}, in_use=True)
