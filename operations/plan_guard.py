"""Rejects a plan that would destroy or replace a resource that holds data, unless a waiver allows it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from environments.sections.identity import Waiver

RULE = "AF_PLAN_1"
"""Id under which an environment waives a finding of this guard."""
TAINTED = "replace_because_tainted"
"""Terraform's reason to replace a resource whose creation did not finish."""

HOLDS: Mapping[str, str] = {
    "aws_db_instance": "the metadata database: the history of all runs, connections and variables",
    "aws_elasticache_replication_group": "the broker: Airflow tasks that wait for a worker",
    "aws_s3_bucket": "logs, or Terraform's state",
    "aws_kms_key": "the only key to what is encrypted with it",
    "aws_ssm_parameter": "a secret: without its Fernet key no connection can be read",
    "aws_ecr_repository": "the images that running task definitions name",
    "aws_cloudwatch_log_group": "logs",
}
"""Types of resources that hold data, and what is lost with one."""


def losses(
    plan: Mapping[str, Any], *, waivers: Iterable[Waiver] = (), today: datetime.date, in_use: bool = True
) -> list[str]:
    """A line for each data store that ``plan`` would destroy or replace without a waiver.

    Args:
        plan: output of ``terraform show -json``.
        waivers: the environment's; only those of rule ``AF_PLAN_1`` count.
        today: a waiver is valid until its last day.
        in_use: False before the first deployment was completed: a data store whose creation was interrupted (Terraform
            calls it tainted) is empty then, and may be replaced.
    """
    allowed = {waiver.address: waiver for waiver in waivers if waiver.rule == RULE}
    return [
        _line(change)
        for change in _destroyed(plan)
        if not (is_tainted(change) and not in_use) and not _is_valid(allowed.get(change["address"]), today)
    ]


def protected_and_tainted(plan: Mapping[str, Any]) -> list[str]:
    """Addresses of tainted data stores that AWS does not delete, because their deletion protection is on."""
    return [
        change["address"]
        for change in _destroyed(plan)
        if is_tainted(change) and (change["change"].get("before") or {}).get("deletion_protection")
    ]


def is_tainted(change: Mapping[str, Any]) -> bool:
    """Whether Terraform replaces a resource only because its creation did not finish."""
    return change.get("action_reason") == TAINTED


def _destroyed(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for change in plan.get("resource_changes", ()):
        if "delete" in change["change"]["actions"] and change["type"] in HOLDS:
            yield change


def _line(change: Mapping[str, Any]) -> str:
    verb = "replaced" if "create" in change["change"]["actions"] else "destroyed"
    forced = ", ".join(".".join(map(str, path)) for path in change["change"].get("replace_paths") or ())
    because = f" because {forced} changes" if forced else ""
    if is_tainted(change):
        because = " because its creation was interrupted"
    return f"{change['address']} would be {verb}{because}: {HOLDS[change['type']]}"


def _is_valid(waiver: Waiver | None, today: datetime.date) -> bool:
    return waiver is not None and waiver.expires >= today
