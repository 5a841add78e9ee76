"""``plan``: what a deployment would change, grouped by its effect; changes nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from terraform_gate.interruptions import RULE

from environments.facts.stacks import AIRFLOW, FOUNDATION
from environments.fields import BRIEF_OUTAGE, IN_PLACE, ROLLING
from operations.account import Account
from operations.bootstrap import require_state_bucket
from operations.migrate import is_recorded
from operations.plan_guard import losses
from operations.planned_effects import ORDER, REPLACES, effect_of
from operations.stacks import SHOWN_CHANGES, Stack

TITLES: Mapping[str, str] = {
    IN_PLACE: "No interruption",
    ROLLING: "Rolling: ECS starts new Fargate tasks before it stops the old ones",
    BRIEF_OUTAGE: "Brief outage: connections break for seconds or minutes",
    REPLACES: f"Loses data or interrupts users, and a waiver of {RULE} allows it",
}
VERBS = {("create",): "create", ("update",): "change", ("delete",): "delete"}


def plan(account: Account) -> tuple[list[str], bool]:
    """The lines that describe a deployment of now, and whether the plan guard would reject it.

    The stack of Airflow is planned with the outputs that the foundation will have.

    Raises:
        PreconditionError: the state bucket is missing, or the state is empty although the environment runs.
        OperationError: Terraform failed.
    """
    require_state_bucket(account)
    in_use = is_recorded(account)
    foundation, airflow = Stack(account, FOUNDATION), Stack(account, AIRFLOW)
    first = foundation.review(in_use=in_use)
    second = airflow.review(outputs=foundation.outputs_after(first))
    plans = {foundation.name: first, airflow.name: second}
    rejected = rejections(account, plans, in_use=in_use)
    return list(report(plans, rejected)), bool(rejected)


def rejections(account: Account, plans: Mapping[str, Mapping[str, Any]], *, in_use: bool) -> list[str]:
    """What the plan guard rejects, a line for each change."""
    today = datetime.datetime.now(datetime.UTC).date()
    waivers = account.environment.waivers
    return [
        f"{stack}: {line}"
        for stack, document in plans.items()
        for line in losses(document, waivers=waivers, today=today, in_use=in_use)
    ]


def report(plans: Mapping[str, Mapping[str, Any]], rejected: Sequence[str]) -> Iterator[str]:
    """The changes of all stacks, grouped by effect, most harmful last."""
    groups: dict[str, list[str]] = {}
    for stack, document in plans.items():
        for change in document.get("resource_changes", ()):
            if change["mode"] == "managed" and change["change"]["actions"] not in (["no-op"], ["read"]):
                groups.setdefault(effect_of(change), []).append(_line(stack, change))
    if not groups:
        yield "Nothing to change."
    refused = {line.split(" would ")[0] for line in rejected}
    for effect in ORDER:
        lines = sorted(line for line in groups.get(effect, ()) if line.rpartition(" (")[0] not in refused)
        if lines:
            yield f"{TITLES[effect]} ({len(lines)}):"
            yield from (f"  {line}" for line in lines[:SHOWN_CHANGES])
            if len(lines) > SHOWN_CHANGES:
                yield f"  ... and {len(lines) - SHOWN_CHANGES} more"
    if rejected:
        yield f"Rejected by `deploy` without a waiver of {RULE} ({len(rejected)}):"
        yield from (f"  {line}" for line in rejected)


def _line(stack: str, change: Mapping[str, Any]) -> str:
    verb = VERBS.get(tuple(change["change"]["actions"]), "replace")
    return f"{stack}: {change['address']} ({verb})"
