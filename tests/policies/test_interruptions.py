"""The gate on a plan fails for changes that lose data or interrupt users."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.policies.gate_inputs import CLEAN, CLEAN_LOG_GROUP, TODAY, Folder, evaluated, failing

RULE = "AF_PLAN_1"
SUBNET = "aws_subnet.application_a"
WAIVER = {
    "rule": RULE,
    "address": SUBNET,
    "reason": "The environment leaves this zone.",
    "owner": "data platform",
    "expires": (TODAY + timedelta(days=3)).isoformat(),
}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def plan_that(folder: Folder, *actions: str, **more: Any) -> Path:
    """A plan that keeps a log group, and applies ``actions`` to a subnet."""
    group = {"address": "aws_cloudwatch_log_group.worker", "mode": "managed", "type": "aws_cloudwatch_log_group"}
    change = {"actions": list(actions), "before": {}, "after": None}
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [{**group, "name": "worker", "values": CLEAN_LOG_GROUP}]}},
        "configuration": {"root_module": {}},
        "resource_changes": [{"address": SUBNET, "type": "aws_subnet", "mode": "managed", "change": change}],
        **more,
    }
    return folder.text(json.dumps(document), stack="plans", name="plan.json")


@pytest.mark.feature("E8")
@pytest.mark.parametrize(("actions", "fails"), [(["delete"], True), (["delete", "create"], True), (["update"], False)])
def test_plan_that_interrupts_users_fails(folder: Folder, actions: list[str], fails: bool) -> None:
    file = folder.write(CLEAN)
    report = evaluated(file, plans=[("app", plan_that(folder, *actions))])
    assert ((RULE, SUBNET) in failing(report)) is fails


@pytest.mark.feature("E8", "P6")
def test_waiver_that_names_the_resource_is_accepted(folder: Folder) -> None:
    file = folder.write(CLEAN, **{"//": {"waivers": [WAIVER]}})
    report = evaluated(file, plans=[("app", plan_that(folder, "delete"))])
    assert [item.card.id for item in report.waived] == [RULE]
    assert not {(RULE, SUBNET), ("AF_WAIVER_1", SUBNET)} & failing(report)


@pytest.mark.feature("E8", "P6")
def test_waiver_is_valid_before_the_change_is_planned_and_until_its_last_day(folder: Folder) -> None:
    report = evaluated(folder.write(CLEAN, **{"//": {"waivers": [WAIVER]}}))
    assert (report.problems, ("AF_WAIVER_1", SUBNET) in failing(report)) == ([], False)
    expired = {**WAIVER, "expires": (TODAY - timedelta(days=1)).isoformat()}
    report = evaluated(folder.write(CLEAN, **{"//": {"waivers": [expired]}}))
    assert ("AF_WAIVER_1", SUBNET) in failing(report)


@pytest.mark.feature("E8")
def test_data_store_that_disappeared_from_aws_fails(folder: Folder) -> None:
    gone = {"address": "aws_db_instance.it", "type": "aws_db_instance", "change": {"actions": ["delete"]}}
    plan = plan_that(folder, "no-op", resource_drift=[gone])
    assert (RULE, "aws_db_instance.it") in failing(evaluated(folder.write(CLEAN), plans=[("app", plan)]))


@pytest.mark.feature("E8")
@pytest.mark.parametrize("drift", [1, [1], [{"change": 1}], {"a": 1}])
def test_malformed_drift_is_no_traceback(folder: Folder, drift: Any) -> None:
    plan = plan_that(folder, "no-op", resource_drift=drift)
    assert not {rule for rule, _ in failing(evaluated(folder.write(CLEAN), plans=[("app", plan)]))} & {RULE}
