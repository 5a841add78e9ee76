"""Rejects a plan that would lose data, interrupt users or stop Airflow tasks, unless a waiver allows it."""

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
INTERRUPTS: Mapping[str, str] = {
    "aws_db_proxy": "the address of the metadata database that running Airflow processes use",
    "aws_ecs_cluster": "every Fargate task of the environment",
    "aws_ecs_service": "its Fargate tasks, with the Airflow tasks or requests that they run",
    "aws_eip": "an address that other firewalls may allow",
    "aws_lb": "the address of Airflow",
    "aws_lb_target_group": "the connection between load balancer and api-servers",
    "aws_nat_gateway": "the connections of Fargate tasks to the internet",
    "aws_route53_record": "a name under which people or programs reach Airflow",
    "aws_service_discovery_private_dns_namespace": "the names under which components find each other",
    "aws_service_discovery_service": "a name under which components find each other",
    "aws_subnet": "the addresses of everything in it",
    "aws_vpc": "the network of the environment",
}
"""Types of resources that users or Airflow tasks depend on, with the object or connection that their loss removes."""
ONLY_REPLACED: Mapping[str, str] = {
    "aws_iam_role": "the permissions of running Fargate tasks",
    "aws_lb_listener": "the port on which people reach Airflow",
    "aws_security_group": "the network access of the resources that use it",
}
"""Types of resources that may be deleted with the resource that uses them; a replacement interrupts that resource."""
DATABASE = "aws_db_instance"


def losses(
    plan: Mapping[str, Any], *, waivers: Iterable[Waiver] = (), today: datetime.date, in_use: bool = True
) -> list[str]:
    """A line for each resource that ``plan`` would destroy, replace or upgrade with an interruption, without a waiver.

    Args:
        plan: output of ``terraform show -json``.
        waivers: the environment's; only those of rule ``AF_PLAN_1`` count.
        today: a waiver is valid until its last day.
        in_use: False before the first deployment was completed: a data store whose creation was interrupted (Terraform
            calls it tainted) is empty then, and may be replaced.
    """
    allowed = {waiver.address: waiver for waiver in waivers if waiver.rule == RULE}
    found = [(change, _line(change)) for change in _destroyed(plan) if not _is_unfinished(change, in_use=in_use)]
    found += [(change, line) for change in plan.get("resource_changes", ()) for line in _upgrade(change)]
    return [line for change, line in found if not _is_valid(allowed.get(change["address"]), today)]


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


def _is_unfinished(change: Mapping[str, Any], *, in_use: bool) -> bool:
    """Whether a replacement loses nothing: the creation was interrupted, and nothing uses the resource yet."""
    return is_tainted(change) and (not in_use or change["type"] not in HOLDS)


def _destroyed(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for change in plan.get("resource_changes", ()):
        if "delete" in change["change"]["actions"] and _loss(change):
            yield change


def _loss(change: Mapping[str, Any]) -> str | None:
    """The data, object or connection that ``change`` removes; None when it removes nothing that counts."""
    kind, actions = change["type"], change["change"]["actions"]
    if (change["change"].get("before") or {}).get("records"):
        return None  # the record that validates a certificate: only names with an alias lead to Airflow
    return HOLDS.get(kind) or INTERRUPTS.get(kind) or (ONLY_REPLACED.get(kind) if "create" in actions else None)


def _upgrade(change: Mapping[str, Any]) -> Iterator[str]:
    """A line if the database gets another major version."""
    before, after = (_major_version(change["change"].get(side) or {}) for side in ("before", "after"))
    if change["type"] != DATABASE or None in (before, after) or before == after:
        return
    upgrade = f"{change['address']} would go from PostgreSQL {before} to {after}: "
    yield upgrade + "connections break for minutes, and only a snapshot restores the old version"


def _major_version(values: Mapping[str, Any]) -> str | None:
    version = values.get("engine_version")
    return version.split(".", 1)[0] if isinstance(version, str) else None


def _line(change: Mapping[str, Any]) -> str:
    verb = "replaced" if "create" in change["change"]["actions"] else "destroyed"
    forced = ", ".join(".".join(map(str, path)) for path in change["change"].get("replace_paths") or ())
    because = f" because {forced} changes" if forced else ""
    if is_tainted(change):
        because = " because its creation was interrupted"
    return f"{change['address']} would be {verb}{because}: {_loss(change)}"


def _is_valid(waiver: Waiver | None, today: datetime.date) -> bool:
    return waiver is not None and waiver.expires >= today
