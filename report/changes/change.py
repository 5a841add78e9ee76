"""The changes of a plan, grouped by their effect on a running environment."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from terraform_gate.interruptions import HOLDS, interruption_by

from environments.fields import BRIEF_OUTAGE, IN_PLACE, ROLLING
from environments.sections.identity import Waiver
from operations.plan_guard import losses
from operations.planned_effects import REPLACES, differences, effect_of
from report.changes.attributes import Attribute, changed_attributes


class Group(StrEnum):
    """The effect of a change, worst first."""

    DATA = "Data"
    INTERRUPTION = "Interruption"
    ROLLING = "Rolling"
    NONE = "No interruption"


MEANING = {
    Group.DATA: "Data is deleted or moved. The plan guard rejects these changes without a waiver.",
    Group.INTERRUPTION: "Connections break, or a name or an address is gone, for seconds to minutes.",
    Group.ROLLING: "ECS starts new Fargate tasks before it stops the old ones.",
    Group.NONE: "AWS makes these changes while everything runs.",
}
GROUPS = {REPLACES: Group.INTERRUPTION, BRIEF_OUTAGE: Group.INTERRUPTION, ROLLING: Group.ROLLING, IN_PLACE: Group.NONE}
"""The group of each effect that ``make plan`` prints; the loss of data has its own group."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of one resource.

    Attributes:
        group: its effect.
        action: ``create``, ``change``, ``replace`` or ``destroy``.
        address: Terraform address.
        stack: name of the stack.
        reason: why it is in its group; empty for changes without interruption.
        attributes: changed arguments, secrets masked.
    """

    group: Group
    action: str
    address: str
    stack: str
    reason: str = ""
    attributes: tuple[Attribute, ...] = ()


def changes_of(plans: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """Every change of the plans, worst first."""
    found = [change for stack, plan in plans.items() for change in _changes(stack, plan)]
    return sorted(found, key=lambda change: (list(Group).index(change.group), change.stack, change.address))


def rejected(plans: Mapping[str, Mapping[str, Any]], waivers: tuple[Waiver, ...], today: datetime.date) -> list[str]:
    """What the plan guard of ``make deploy`` rejects, one line for each resource."""
    return [line for plan in plans.values() for line in losses(plan, waivers=waivers, today=today)]


def _changes(stack: str, plan: Mapping[str, Any]) -> Iterator[Change]:
    for item in plan.get("resource_changes") or ():
        change = item.get("change") or {}
        actions = list(change.get("actions") or ())
        if item.get("mode") == "data" or actions in (["no-op"], ["read"], []):
            continue
        attributes = tuple(changed_attributes(change)) if "create" not in actions or "delete" in actions else ()
        group, reason = _effect({"address": "", "type": "", **item})
        yield Change(
            group=group,
            action=_action(actions),
            address=str(item.get("address")),
            stack=stack,
            reason=reason,
            attributes=attributes,
        )


def _action(actions: list[str]) -> str:
    if "create" in actions and "delete" in actions:
        return "replace"
    return {"create": "create", "update": "change", "delete": "destroy", "forget": "forget"}.get(actions[0], actions[0])


def _effect(item: Mapping[str, Any]) -> tuple[Group, str]:
    kind, deletes = str(item["type"]), "delete" in item["change"]["actions"]
    if deletes and kind in HOLDS:
        return Group.DATA, HOLDS[kind]
    return GROUPS[effect := effect_of(item)], _reason(item, effect)


def _reason(item: Mapping[str, Any], effect: str) -> str:
    if effect == REPLACES:
        return interruption_by(item) or ""
    if effect == BRIEF_OUTAGE:
        return f"connections break while {', '.join(differences(item)) or item['type']} changes"
    if effect == ROLLING:
        return "new Fargate tasks, new before old"
    if item["type"] == "aws_ecs_task_definition" and "delete" in item["change"]["actions"]:
        return "a new revision; running Fargate tasks keep the old one until they are replaced"
    return ""
