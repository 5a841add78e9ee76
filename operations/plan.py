"""``plan``: what a deployment would change, grouped by its effect; changes nothing."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_gate.interruptions import RULE

from environments.atomic_file import write
from environments.facts.stacks import AIRFLOW, FOUNDATION
from environments.fields import BRIEF_OUTAGE, IN_PLACE, ROLLING
from operations import database
from operations.account import Account
from operations.bootstrap import require_state_bucket
from operations.migrate import is_recorded
from operations.plan_guard import losses
from operations.plan_summary import SHOWN_CHANGES
from operations.planned_effects import ORDER, REPLACES, effect_of, wakes
from operations.reviewed import reviewed, write_reviewed
from operations.stacks import Stack

TITLES: Mapping[str, str] = {
    IN_PLACE: "No interruption",
    ROLLING: "Rolling: ECS starts new Fargate tasks before it stops the old ones",
    BRIEF_OUTAGE: "Brief outage: connections break for seconds or minutes",
    REPLACES: f"Loses data or interrupts users, and a waiver of {RULE} allows it",
}
VERBS = {("create",): "create", ("update",): "change", ("delete",): "delete"}


@dataclass(frozen=True)
class Planned:
    """What a deployment of now would change.

    Attributes:
        environment: name of the environment.
        plans: outputs of ``terraform show -json``, by stack.
        rejected: what the plan guard would reject, a line for each change.
        made_up: outputs of the foundation that are not known yet, with the ids that the plan of Airflow has for them.
        asleep: whether the environment hibernates. Counts and limits of 0 are no difference then: ``wake`` sets them.
    """

    environment: str
    plans: Mapping[str, Mapping[str, Any]]
    rejected: Sequence[str]
    made_up: Mapping[str, Any]
    asleep: bool = False

    @property
    def lines(self) -> list[str]:
        """The changes, grouped by effect."""
        waking = sum(1 for _ in _changes(self.plans)) - self.changes
        stays = f"{self.environment} hibernates: {waking} counts and limits of autoscaling stay 0 until `wake`."
        return [*report(self._compared, self.rejected), *([stays] if waking else [])]

    @property
    def _compared(self) -> Mapping[str, Mapping[str, Any]]:
        """The plans, of an environment that hibernates without what only its hibernation causes."""
        if not self.asleep:
            return self.plans
        return {
            stack: {"resource_changes": [found for found in document.get("resource_changes", ()) if not wakes(found)]}
            for stack, document in self.plans.items()
        }

    @property
    def items(self) -> list[dict[str, Any]]:
        """The changes for programs, without values of attributes; ``rejected`` is why ``deploy`` would reject one."""
        reasons = {line.split(" would ")[0]: line.partition(": ")[2] for line in self.rejected}
        return [
            {
                "stack": stack,
                "address": change["address"],
                "action": _verb(change),
                "effect": effect_of(change),
                "rejected": reasons.get(f"{stack}: {change['address']}"),
            }
            for stack, change in _changes(self._compared)
        ]

    @property
    def changes(self) -> int:
        """Number of resources that would change."""
        return sum(1 for _ in _changes(self._compared))

    def write(self, folder: Path) -> None:
        """Write ``STACK.plan.json`` for the gate and the report, and the reviewed plan for ``deploy --reviewed``."""
        for stack, document in self.plans.items():
            write(folder / f"{stack}.plan.json", json.dumps(document), mode=0o600)
        write_reviewed(reviewed(self.environment, self.plans, made_up=self.made_up), folder)


def plan(account: Account) -> Planned:
    """What a deployment of now would change.

    The stack of Airflow is planned with the outputs that the foundation will have.

    Raises:
        PreconditionError: the state bucket is missing, or the state is empty although the environment runs.
        OperationError: Terraform failed.
    """
    require_state_bucket(account)
    in_use = is_recorded(account)
    foundation, airflow = Stack(account, FOUNDATION), Stack(account, AIRFLOW)
    first = foundation.review(in_use=in_use)
    outputs = foundation.outputs_after(first)
    plans = {foundation.name: first, airflow.name: airflow.review(outputs=outputs)}
    known = first.get("planned_values", {}).get("outputs", {})
    made_up = {name: value for name, value in outputs.items() if "value" not in known.get(name, {})}
    found = database.find(account, account.names.name) or {}
    asleep = found.get("DBInstanceStatus") in database.STOPPED
    return Planned(account.environment.name, plans, rejections(account, plans, in_use=in_use), made_up, asleep)


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
    for stack, change in _changes(plans):
        groups.setdefault(effect_of(change), []).append(_line(stack, change))
    if not groups:
        yield "Nothing to change."
    rejected_lines = {line.split(" would ")[0] for line in rejected}
    for effect in ORDER:
        lines = sorted(line for line in groups.get(effect, ()) if line.rpartition(" (")[0] not in rejected_lines)
        if lines:
            yield f"{TITLES[effect]} ({len(lines)}):"
            yield from (f"  {line}" for line in lines[:SHOWN_CHANGES])
            if len(lines) > SHOWN_CHANGES:
                yield f"  ... and {len(lines) - SHOWN_CHANGES} more"
    if rejected:
        yield f"Rejected by `deploy` without a waiver of {RULE} ({len(rejected)}):"
        yield from (f"  {line}" for line in rejected)


def _changes(plans: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each resource that would change, with its stack."""
    for stack, document in plans.items():
        yield from ((stack, change) for change in document.get("resource_changes", ()) if _is_change(change))


def _is_change(change: Mapping[str, Any]) -> bool:
    return change["mode"] == "managed" and change["change"]["actions"] not in (["no-op"], ["read"])


def _verb(change: Mapping[str, Any]) -> str:
    return VERBS.get(tuple(change["change"]["actions"]), "replace")


def _line(stack: str, change: Mapping[str, Any]) -> str:
    return f"{stack}: {change['address']} ({_verb(change)})"
