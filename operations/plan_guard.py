"""Rejects a plan that would lose data, interrupt users or stop Airflow tasks, unless a waiver allows it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from terraform_gate.interruptions import HOLDS, RULE, interruptions, is_downgrade, is_tainted

from environments.sections.identity import Waiver


def losses(
    plan: Mapping[str, Any], *, waivers: Iterable[Waiver] = (), today: datetime.date, in_use: bool = True
) -> list[str]:
    """A line for each change in ``plan`` that loses data or interrupts Airflow, and that no waiver allows.

    Args:
        plan: output of ``terraform show -json``.
        waivers: the environment's; only those of rule ``AF_PLAN_1`` count. None allows a downgrade of the database.
        today: a waiver is valid until its last day.
        in_use: False before the first deployment was completed: a data store whose creation was interrupted (Terraform
            calls it tainted) is empty then, and may be replaced.
    """
    allowed = {waiver.address: waiver for waiver in waivers if waiver.rule == RULE}
    return [
        line
        for change, line in interruptions(plan)
        if not _is_unfinished(change, in_use=in_use)
        and (is_downgrade(change) or not _is_valid(allowed.get(change["address"]), today))
    ]


def protected_and_tainted(plan: Mapping[str, Any]) -> list[str]:
    """Addresses of tainted data stores that AWS does not delete, because their deletion protection is on."""
    return [
        change["address"]
        for change in _tainted(plan)
        if (change["change"].get("before") or {}).get("deletion_protection")
    ]


def _tainted(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (change for change, _ in interruptions(plan) if is_tainted(change))


def _is_unfinished(change: Mapping[str, Any], *, in_use: bool) -> bool:
    """Whether a replacement loses nothing: the creation was interrupted, and nothing uses the resource yet."""
    return is_tainted(change) and (not in_use or change["type"] not in HOLDS)


def _is_valid(waiver: Waiver | None, today: datetime.date) -> bool:
    return waiver is not None and waiver.expires >= today
