"""The effect of each kind of change, as docs/environment.md names it."""

from __future__ import annotations

from typing import Any

import pytest

from environments.fields import BRIEF_OUTAGE, IN_PLACE, ROLLING
from operations.planned_effects import REPLACES, effect_of


def update(kind: str, **after: Any) -> dict[str, Any]:
    before = {name: f"old {name}" for name in after}
    return {"address": f"{kind}.it", "type": kind, "change": {"actions": ["update"], "before": before, "after": after}}


@pytest.mark.feature("E7")
@pytest.mark.parametrize(
    ("change", "effect"),
    [
        (update("aws_ecs_service", task_definition="two"), ROLLING),
        (update("aws_ecs_service", tags={"a": "b"}), IN_PLACE),
        (update("aws_db_instance", instance_class="db.m7g.large"), BRIEF_OUTAGE),
        (update("aws_db_instance", backup_retention_period=7), IN_PLACE),
        (update("aws_elasticache_replication_group", node_type="cache.m7g.large"), BRIEF_OUTAGE),
        (update("aws_route", nat_gateway_id="nat-2"), BRIEF_OUTAGE),
        (update("aws_lb", idle_timeout=60), IN_PLACE),
    ],
)
def test_update_has_the_effect_of_its_attributes(change: dict[str, Any], effect: str) -> None:
    assert effect_of(change) == effect


@pytest.mark.feature("E7")
def test_value_that_is_known_after_the_apply_counts_as_changed() -> None:
    change = update("aws_ecs_service")
    change["change"] |= {"after_unknown": {"task_definition": True}, "before": {"task_definition": "one"}, "after": {}}
    assert effect_of(change) == ROLLING


@pytest.mark.feature("E7", "E8")
@pytest.mark.parametrize(
    ("kind", "actions", "effect"),
    [
        ("aws_subnet", ["delete"], REPLACES),
        ("aws_lb", ["delete", "create"], REPLACES),
        ("aws_ecs_task_definition", ["create", "delete"], IN_PLACE),
        ("aws_vpc_endpoint", ["delete"], BRIEF_OUTAGE),
        ("aws_nat_gateway", ["create"], IN_PLACE),
        ("aws_elasticache_user_group", ["create"], IN_PLACE),
        ("aws_elasticache_user_group", ["delete"], BRIEF_OUTAGE),
    ],
)
def test_deletion_and_replacement_have_the_effect_of_their_type(kind: str, actions: list[str], effect: str) -> None:
    assert effect_of({"address": f"{kind}.it", "type": kind, "change": {"actions": actions}}) == effect
