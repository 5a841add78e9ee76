"""The matrix reports a wrong declaration, an ignored key and a replaced store."""

from __future__ import annotations

from typing import Any

import pytest

from day_two.effects import REPLACED, clauses, planned, problem, unproven
from environments.fields import BRIEF_OUTAGE, CHECKS_ONLY, IN_PLACE, ROLLING
from environments.json_schema import keys

REPLACES = "replaces"


def change(kind: str, *actions: str, **after: Any) -> dict[str, Any]:
    body = {"actions": list(actions), "before": dict.fromkeys(after, "old"), "after": after}
    return {"address": f"{kind}.it", "type": kind, "mode": "managed", "change": body}


ROLLED = planned([change("aws_ecs_service", "update", task_definition="new")])
STORE = planned([change("aws_db_instance", "delete", "create", identifier="new")])
PROXY = planned([change("aws_db_proxy", "delete"), change("aws_ecs_service", "update", task_definition="new")])
NOTHING = planned([])


@pytest.mark.feature("E7")
@pytest.mark.parametrize(
    ("effect", "after", "plan", "expected"),
    [
        (ROLLING, "2", ROLLED, None),
        (IN_PLACE, "2", ROLLED, "the plan is worse: rolling"),
        (ROLLING, "2", NOTHING, "the plan of both stacks is empty: the change is ignored"),
        (CHECKS_ONLY, "2", NOTHING, None),
        (CHECKS_ONLY, "2", ROLLED, "the plan is worse: rolling"),
        (IN_PLACE, "2", STORE, "the plan is worse: replaces"),
        ("replaces the proxy", "false", STORE, "not declared: aws_db_instance.it"),
        ("replaces the proxy when it becomes false; rolling when it becomes true", "false", PROXY, None),
        (
            "replaces the proxy when it becomes false; rolling when it becomes true",
            "true",
            PROXY,
            "the plan is worse: replaces",
        ),
        ("not possible later: keep it", "x", STORE, None),
        ("in place; AWS rejects a decrease", "1", ROLLED, "the plan is worse: rolling"),
        ("in place on an increase; nothing in AWS on a decrease, because it only grows", "0", NOTHING, None),
        (
            "in place on an increase; nothing in AWS on a decrease, because it only grows",
            "2",
            NOTHING,
            "the plan of both stacks is empty: the change is ignored",
        ),
    ],
)
def test_declaration_is_compared_with_the_plan(effect: str, after: str, plan: Any, expected: str | None) -> None:
    assert problem(effect, before="1", after=after, plan=plan) == expected


@pytest.mark.feature("E7")
def test_another_order_of_a_list_must_change_nothing() -> None:
    assert problem(ROLLING, before="[1, 2]", after="[2, 1]", plan=NOTHING, reordered=True) is None
    assert "must be empty" in str(problem(ROLLING, before="[1, 2]", after="[2, 1]", plan=ROLLED, reordered=True))


@pytest.mark.feature("E7")
def test_effect_that_no_change_has_is_reported() -> None:
    assert list(unproven("replaces the proxy when it becomes false; rolling when it becomes true", [REPLACES])) == [
        ROLLING
    ]
    assert list(unproven(BRIEF_OUTAGE, [IN_PLACE, BRIEF_OUTAGE])) == []


@pytest.mark.feature("E7")
def test_every_replaces_effect_has_its_resource_types() -> None:
    named = {clause.what for _, node in keys() for clause in clauses(node["effect"]) if clause.kind == REPLACES}
    assert named == REPLACED.keys()


@pytest.mark.feature("E7")
def test_major_upgrade_of_the_database_is_a_brief_outage_with_a_waiver() -> None:
    upgrade = change("aws_db_instance", "update")
    upgrade["change"] |= {"before": {"engine_version": "16"}, "after": {"engine_version": "17"}}
    assert planned([upgrade]).kind == BRIEF_OUTAGE


@pytest.mark.feature("E7")
def test_message_names_the_attribute_that_forces_the_replacement() -> None:
    forced = change("aws_db_instance", "delete", "create", identifier="new")
    forced["change"]["replace_paths"] = [["identifier"]]
    assert list(planned([forced]).lines()) == ["aws_db_instance.it: delete/create (identifier)"]
