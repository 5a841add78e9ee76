"""E6: a plan that would destroy or replace what holds data is refused, unless a waiver says why it may."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from environments.sections.identity import Waiver

RULE = "AF_PLAN_1"
"""Id under which an environment waives a finding of this guard."""

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


def losses(plan: Mapping[str, Any], *, waivers: Iterable[Waiver] = (), today: datetime.date) -> list[str]:
    """A line for each data store that ``plan`` (``terraform show -json``) would destroy or replace without a waiver."""
    allowed = {waiver.address: waiver for waiver in waivers if waiver.rule == RULE}
    return [line for address, line in _destroyed(plan) if not _holds(allowed.get(address), today)]


def _destroyed(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for change in plan.get("resource_changes", ()):
        actions, kind = change["change"]["actions"], change["type"]
        if "delete" in actions and kind in HOLDS:
            verb = "replaced" if "create" in actions else "destroyed"
            forced = ", ".join(".".join(map(str, path)) for path in change["change"].get("replace_paths") or ())
            because = f" because {forced} changes" if forced else ""
            yield change["address"], f"{change['address']} would be {verb}{because}: {HOLDS[kind]}"


def _holds(waiver: Waiver | None, today: datetime.date) -> bool:
    return waiver is not None and waiver.expires >= today
