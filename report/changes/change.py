"""The changes of a plan, grouped by their effect on a running environment."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from terraform_gate.interruptions import HOLDS, INTERRUPTS, ONLY_REPLACED

from environments.sections.identity import Waiver
from operations.plan_guard import losses
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
BRIEF: Mapping[str, frozenset[str]] = {
    "aws_db_instance": frozenset(
        {"instance_class", "multi_az", "engine_version", "parameter_group_name", "storage_type", "port"}
    ),
    "aws_elasticache_replication_group": frozenset({"node_type", "engine_version", "num_cache_clusters", "engine"}),
    "aws_db_proxy": frozenset({"auth", "require_tls"}),
}
"""Arguments of stores whose change breaks connections: environment keys with the effect ``brief outage`` set them."""


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
        group, reason = _effect(str(item.get("type")), actions, {attribute.name for attribute in attributes})
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


def _effect(kind: str, actions: list[str], attributes: set[str]) -> tuple[Group, str]:
    deletes, replaces = "delete" in actions, "delete" in actions and "create" in actions
    if deletes and kind in HOLDS:
        return Group.DATA, HOLDS[kind]
    if deletes and (lost := INTERRUPTS.get(kind) or (ONLY_REPLACED.get(kind) if replaces else None)):
        return Group.INTERRUPTION, lost
    if "update" in actions and (broken := attributes & BRIEF.get(kind, frozenset())):
        return Group.INTERRUPTION, f"connections break while {', '.join(sorted(broken))} changes"
    if kind == "aws_ecs_service" and "update" in actions:
        return Group.ROLLING, "new Fargate tasks, new before old"
    if kind == "aws_ecs_task_definition" and deletes:
        return Group.ROLLING, "a new revision; running Fargate tasks keep the old one until they are replaced"
    return Group.NONE, ""
