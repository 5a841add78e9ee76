"""A plan that loses data or interrupts users is rejected."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from terraform_gate import interruptions

from environments.sections.identity import Waiver
from operations import plan_guard

TODAY = datetime.date(2026, 11, 23)


def change(kind: str, *actions: str, paths: list[list[str]] | None = None) -> dict[str, Any]:
    body = {"actions": list(actions), **({"replace_paths": paths} if paths else {})}
    return {"address": f"{kind}.it", "type": kind, "mode": "managed", "change": body}


def waiver(
    *, address: str = "aws_db_instance.it", expires: str = "2026-12-31", rule: str = interruptions.RULE
) -> Waiver:
    return Waiver.model_validate(
        {"rule": rule, "address": address, "reason": "moved to a new instance", "owner": "me", "expires": expires}
    )


@pytest.mark.feature("E6")
@pytest.mark.parametrize("kind", sorted({**interruptions.HOLDS, **interruptions.INTERRUPTS}))
@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete")])
def test_plan_that_destroys_what_users_depend_on_is_rejected(kind: str, actions: tuple[str, ...]) -> None:
    (line,) = plan_guard.losses({"resource_changes": [change(kind, *actions)]}, today=TODAY)
    assert line.startswith(f"{kind}.it would be {'replaced' if 'create' in actions else 'destroyed'}: ")


@pytest.mark.feature("E6")
def test_attribute_that_forces_a_replacement_is_named() -> None:
    plan = {"resource_changes": [change("aws_db_instance", "delete", "create", paths=[["storage_encrypted"]])]}
    (line,) = plan_guard.losses(plan, today=TODAY)
    assert "aws_db_instance.it would be replaced because storage_encrypted changes" in line


@pytest.mark.feature("E6")
def test_resource_that_nothing_depends_on_may_be_destroyed() -> None:
    plan = {"resource_changes": [change("aws_cloudwatch_metric_alarm", "delete"), change("aws_db_instance", "update")]}
    assert plan_guard.losses(plan, today=TODAY) == []


@pytest.mark.feature("E6")
@pytest.mark.parametrize(
    ("given", "rejected"),
    [
        (waiver(), False),
        (waiver(expires="2026-11-23"), False),
        (waiver(expires="2026-11-22"), True),
        (waiver(address="aws_db_instance.other"), True),
        (waiver(rule="AF_SG_1"), True),
    ],
)
def test_waiver_is_valid_for_its_address_until_its_last_day(given: Waiver, rejected: bool) -> None:
    plan = {"resource_changes": [change("aws_db_instance", "delete")]}
    assert bool(plan_guard.losses(plan, waivers=[given], today=TODAY)) is rejected


def tainted(kind: str = "aws_db_instance", **before: Any) -> dict[str, Any]:
    """The replacement of a resource whose creation was interrupted."""
    found = change(kind, "delete", "create")
    found["change"]["before"] = before
    return {**found, "action_reason": "replace_because_tainted"}


@pytest.mark.feature("E6")
def test_tainted_data_store_may_be_replaced_before_the_first_deployment_is_complete() -> None:
    plan = {"resource_changes": [tainted(), tainted("aws_elasticache_replication_group")]}
    assert plan_guard.losses(plan, today=TODAY, in_use=False) == []
    (first, _) = plan_guard.losses(plan, today=TODAY, in_use=True)
    assert first.startswith("aws_db_instance.it would be replaced because its creation was interrupted: ")


@pytest.mark.feature("E6")
def test_other_replacements_are_rejected_before_the_first_deployment_is_complete() -> None:
    plan = {"resource_changes": [change("aws_db_instance", "delete", "create")]}
    assert len(plan_guard.losses(plan, today=TODAY, in_use=False)) == 1


@pytest.mark.feature("E6")
def test_tainted_data_store_with_deletion_protection_is_found() -> None:
    plan = {"resource_changes": [tainted(deletion_protection=True), tainted("aws_kms_key")]}
    assert plan_guard.protected_and_tainted(plan) == ["aws_db_instance.it"]


@pytest.mark.feature("E6")
@pytest.mark.parametrize("kind", sorted(interruptions.ONLY_REPLACED))
def test_resource_of_a_running_service_may_be_destroyed_but_not_replaced(kind: str) -> None:
    assert plan_guard.losses({"resource_changes": [change(kind, "delete")]}, today=TODAY) == []
    assert len(plan_guard.losses({"resource_changes": [change(kind, "delete", "create")]}, today=TODAY)) == 1


@pytest.mark.feature("E6")
def test_service_whose_creation_was_interrupted_is_replaced() -> None:
    assert plan_guard.losses({"resource_changes": [tainted("aws_ecs_service")]}, today=TODAY) == []


@pytest.mark.feature("E6")
def test_record_that_validates_a_certificate_may_be_destroyed() -> None:
    found = change("aws_route53_record", "delete")
    found["change"]["before"] = {"records": ["_x.acm-validations.aws."]}
    assert plan_guard.losses({"resource_changes": [found]}, today=TODAY) == []


def upgrade(before: str, after: str, actual: str = "") -> dict[str, Any]:
    """A plan that gives the database another version."""
    found = change("aws_db_instance", "update")
    values = {"engine_version": before, "engine_version_actual": actual or before}
    found["change"] |= {"before": values, "after": {"engine_version": after}}
    return {"resource_changes": [found]}


@pytest.mark.feature("E6", "C6")
@pytest.mark.parametrize(
    ("before", "after", "rejected"), [("16.9", "17", True), ("16", "16.9", False), ("16.9", "16.10", False)]
)
def test_newer_major_version_of_the_database_needs_a_waiver(before: str, after: str, rejected: bool) -> None:
    plan = upgrade(before, after)
    assert bool(plan_guard.losses(plan, today=TODAY)) is rejected
    assert plan_guard.losses(plan, waivers=[waiver()], today=TODAY) == []


@pytest.mark.feature("E6", "C6")
@pytest.mark.parametrize(
    ("before", "actual", "after", "shown"),
    [
        ("17", "17.4", "16", "17.4 to 16"),
        ("16.10", "", "16.9", "16.10 to 16.9"),
        ("16", "16.9", "16.4", "16.9 to 16.4"),
        ("17", "17.4", "16.10", "17.4 to 16.10"),
    ],
)
def test_downgrade_of_the_database_is_rejected_with_a_waiver_too(
    before: str, actual: str, after: str, shown: str
) -> None:
    plan = upgrade(before, after, actual)
    (line,) = plan_guard.losses(plan, waivers=[waiver()], today=TODAY)
    assert line.startswith(f"aws_db_instance.it would go from PostgreSQL {shown}: RDS rejects a downgrade")


@pytest.mark.feature("E6", "C6")
def test_exact_version_may_become_the_major_version_that_contains_it() -> None:
    assert plan_guard.losses(upgrade("16.9", "16"), today=TODAY) == []


@pytest.mark.feature("E6", "C6")
def test_downgrade_of_the_broker_is_rejected_as_the_loss_of_its_messages() -> None:
    """The provider plans a replacement: https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs."""
    found = change("aws_elasticache_replication_group", "delete", "create", paths=[["engine_version"]])
    (line,) = plan_guard.losses({"resource_changes": [found]}, today=TODAY)
    assert "would be replaced because engine_version changes: a broker or cache: the messages that wait in it" in line


@pytest.mark.feature("E8")
def test_data_store_that_disappeared_is_not_created_again_without_a_waiver() -> None:
    """Another region, or a deletion outside Terraform: the new store would be empty."""
    plan = {
        "resource_changes": [change("aws_db_instance", "create")],
        "resource_drift": [change("aws_db_instance", "delete")],
    }
    (line,) = plan_guard.losses(plan, today=TODAY)
    assert line.startswith("aws_db_instance.it does not exist in AWS any more: ")
    assert plan_guard.losses(plan, waivers=[waiver()], today=TODAY) == []


@pytest.mark.feature("E8")
@pytest.mark.parametrize(("after", "rejected"), [(["a", "b", "c"], False), (["b", "c"], True)])
def test_data_store_keeps_its_subnets(after: list[str], rejected: bool) -> None:
    found = change("aws_db_subnet_group", "update")
    found["change"] |= {"before": {"subnet_ids": ["a", "b"]}, "after": {"subnet_ids": after}}
    assert bool(plan_guard.losses({"resource_changes": [found]}, today=TODAY)) is rejected
