"""What a plan destroys or interrupts: data, names, addresses, networks, and the services that users reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Change = Mapping[str, Any]
RULE = "AF_PLAN_1"
"""Id of the rule under which a waiver accepts one of these changes."""
TAINTED = "replace_because_tainted"
"""Terraform's reason to replace a resource whose creation did not finish."""

HOLDS: Mapping[str, str] = {
    "aws_db_instance": "a database, with everything in it",
    "aws_elasticache_replication_group": "a broker or cache: the messages that wait in it",
    "aws_s3_bucket": "the objects in it, such as logs or Terraform states",
    "aws_kms_key": "the only key to what is encrypted with it",
    "aws_ssm_parameter": "a secret, without which encrypted data may be unreadable",
    "aws_ecr_repository": "the images that running task definitions name",
    "aws_cloudwatch_log_group": "logs",
}
"""Types of resources that hold data, and what is lost with one."""
INTERRUPTS: Mapping[str, str] = {
    "aws_db_proxy": "the address under which running processes reach the database",
    "aws_ecs_cluster": "every task in it",
    "aws_ecs_service": "its tasks, with the work and the requests that they run",
    "aws_eip": "an address that other firewalls may allow",
    "aws_lb": "the address under which people reach the service",
    "aws_lb_target_group": "the connection between the load balancer and its targets",
    "aws_nat_gateway": "the connections to the internet that pass through it",
    "aws_route53_record": "a name under which people or programs reach a service",
    "aws_service_discovery_private_dns_namespace": "the names under which components find each other",
    "aws_service_discovery_service": "a name under which components find each other",
    "aws_subnet": "the addresses of everything in it",
    "aws_vpc": "the network of everything in it",
}
"""Types of resources that users or running tasks depend on, with the object or connection that their loss removes."""
ONLY_REPLACED: Mapping[str, str] = {
    "aws_iam_role": "the permissions of running tasks",
    "aws_lb_listener": "the port on which people reach the service",
    "aws_security_group": "the network access of the resources that use it",
}
"""Types of resources that may be deleted with the resource that uses them; a replacement interrupts that resource."""
DATABASE = "aws_db_instance"
SUBNET_GROUPS = ("aws_db_subnet_group", "aws_elasticache_subnet_group")


def interruptions(plan: Mapping[str, Any]) -> Iterator[tuple[Change, str]]:
    """Yield each change of a plan that needs a waiver, with a line that says what it does.

    Args:
        plan: The output of ``terraform show -json``.
    """
    for change in _changes(plan, "resource_changes"):
        if line := interruption_by(change):
            yield change, line
    for change in _changes(plan, "resource_drift"):
        if change["change"]["actions"] == ["delete"] and change["type"] in HOLDS:
            yield change, f"{change['address']} does not exist in AWS any more: {HOLDS[change['type']]}"


def interruption_by(change: Change) -> str | None:
    """Return what one item of ``resource_changes`` destroys or interrupts; None when it may be applied."""
    if "delete" in change["change"]["actions"] and _loss(change):
        return _line(change)
    return next(_upgrade(change), None) or next(_fewer_subnets(change), None)


def _changes(plan: Mapping[str, Any], name: str) -> Iterator[Change]:
    """The items of a list in a plan; what has another shape is no change."""
    found = plan.get(name)
    for item in found if isinstance(found, list) else ():
        change = item.get("change") if isinstance(item, Mapping) else None
        if isinstance(change, Mapping) and isinstance(change.get("actions"), list) and "type" in item:
            yield item


def is_tainted(change: Change) -> bool:
    """Return whether Terraform replaces a resource only because its creation did not finish."""
    return change.get("action_reason") == TAINTED


def _loss(change: Change) -> str | None:
    """The data, object or connection that ``change`` removes; None when it removes nothing that counts."""
    kind, actions = change["type"], change["change"]["actions"]
    if (change["change"].get("before") or {}).get("records"):
        return None  # the record that validates a certificate: only names with an alias lead to Airflow
    return HOLDS.get(kind) or INTERRUPTS.get(kind) or (ONLY_REPLACED.get(kind) if "create" in actions else None)


def major_upgrade(plan: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the old and the new major version of PostgreSQL, when a plan upgrades the database in place."""
    for change in _changes(plan, "resource_changes"):
        before, after = _versions(change)
        if before and after and before[0] < after[0]:
            return str(before[0]), str(after[0])
    return None


def is_downgrade(change: Change) -> bool:
    """Return whether a change gives the database an older version, which RDS rejects."""
    before, after = _versions(change)
    return after < before[: len(after)]


def _upgrade(change: Change) -> Iterator[str]:
    """A line if the database gets another major version, or an older one."""
    before, after = _versions(change)
    if is_downgrade(change):
        yield (
            f"{change['address']} would go from PostgreSQL {_text(before)} to {_text(after)}: RDS rejects a downgrade, "
            "and no waiver allows it; restore a snapshot of the old version into another environment"
        )
    elif before[:1] != after[:1]:
        yield (
            f"{change['address']} would go from PostgreSQL {before[0]} to {after[0]}: connections break for minutes, "
            "and only a snapshot restores the old version"
        )


def _versions(change: Change) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The version before and after an update of a database; empty where one of them is unknown."""
    sides = (change["change"].get(side) or {} for side in ("before", "after"))
    before, after = (_numbers(side.get("engine_version")) for side in sides)
    if change["type"] != DATABASE or "delete" in change["change"]["actions"] or not before or not after:
        return (), ()
    return _numbers((change["change"].get("before") or {}).get("engine_version_actual")) or before, after


def _numbers(version: object) -> tuple[int, ...]:
    parts = version.split(".") if isinstance(version, str) else ()
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else ()


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _fewer_subnets(change: Change) -> Iterator[str]:
    """A line if a data store loses a subnet, which AWS rejects while the store uses the subnet."""
    before, after = ((change["change"].get(side) or {}).get("subnet_ids") for side in ("before", "after"))
    if change["type"] in SUBNET_GROUPS and before and after and (lost := sorted(set(before) - set(after))):
        yield f"{change['address']} would lose {', '.join(lost)}: AWS rejects this while a data store uses the subnet"


def _line(change: Change) -> str:
    verb = "replaced" if "create" in change["change"]["actions"] else "destroyed"
    forced = ", ".join(".".join(map(str, path)) for path in change["change"].get("replace_paths") or ())
    because = f" because {forced} changes" if forced else ""
    if is_tainted(change):
        because = " because its creation was interrupted"
    return f"{change['address']} would be {verb}{because}: {_loss(change)}"
