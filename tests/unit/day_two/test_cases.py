"""Every key has changes: values, steps, list items."""

from __future__ import annotations

from typing import Any

import pytest

from day_two import cases as module
from day_two.bases import BASES, GUEST, changed
from day_two.cases import Case, UncoveredKeyError, cases, cases_of
from day_two.changes import UNPLANNED
from environments.json_schema import keys

TIERS = ("public_subnet_ids", "application_subnet_ids", "data_subnet_ids")
IDS = {tier: [f"subnet-{number}000000a", f"subnet-{number}000000b"] for number, tier in enumerate(TIERS)}
EXISTING = {"network": {"existing": {"vpc_id": "vpc-00000001", **IDS}}}
ALL: dict[str, Any] = {**BASES, "guest": changed(GUEST, EXISTING)}


@pytest.fixture(scope="module")
def found() -> tuple[Case, ...]:
    return cases(ALL)


@pytest.mark.feature("E7")
def test_every_key_is_changed_or_has_a_reason(found: tuple[Case, ...]) -> None:
    assert {case.key for case in found} | UNPLANNED.keys() == {key for key, _ in keys()}
    assert len(found) > 230


@pytest.mark.feature("E7")
def test_enumerations_steps_and_both_directions_of_a_boolean_are_tried(found: tuple[Case, ...]) -> None:
    values = {(case.key, case.before, case.after) for case in found}
    assert {("database.proxy", "true", "false"), ("database.proxy", "false", "true")} <= values
    assert {("database.storage_gib", "50", "51"), ("database.storage_gib", "50", "49")} <= values
    assert {after for key, before, after in values if key == "topology" and before == "single"} == {
        "sequential",
        "local_executor",
        "celery",
    }
    assert {case.key for case in found if case.is_reordered} == {
        "network.zones",
        *(f"network.existing.{tier}" for tier in TIERS),
        "load_balancer.allowed_cidrs",
        "auth.roles",
        "workers[].name",
        "workers[].queues",
        "dags.known_hosts",
    }


@pytest.mark.feature("E7")
def test_key_without_a_known_change_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "keys", lambda: iter([("database.colour", {"type": "string"})]))
    monkeypatch.setattr(module, "_value", lambda _base, _key: "red")
    with pytest.raises(
        UncoveredKeyError, match=r"no valid change of database.colour is known. Fix: add one to CHANGES"
    ):
        cases(ALL)


@pytest.mark.feature("E7")
def test_memory_of_a_worker_goes_to_the_next_size_that_fargate_offers() -> None:
    (node,) = (node for key, node in keys() if key == "workers[].memory_mib")
    steps = {(case.before, case.after) for case in cases_of("workers[].memory_mib", node, ALL)}
    assert ("2048", "3072") in steps
