"""Finds resources that AWS would not delete: Airflow still uses them when the foundation is applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from day_two.joining import Module
from environments.facts.stacks import AIRFLOW, FOUNDATION

UNDELETABLE_WHILE_USED = frozenset(
    {
        "aws_internet_gateway",
        "aws_security_group",
        "aws_service_discovery_private_dns_namespace",
        "aws_subnet",
        "aws_vpc",
    }
)
"""Types of resources that AWS does not delete while others use them (``DependencyViolation``, ``ResourceInUse``)."""
NEEDED_WHILE_USED = UNDELETABLE_WHILE_USED | {
    "aws_db_proxy",
    "aws_elasticache_replication_group",
    "aws_s3_bucket",
    "aws_ssm_parameter",
}
"""These, and the types without which running Fargate tasks fail."""


def used_by_airflow(changes: Iterable[Mapping[str, Any]], before: Module) -> Iterator[tuple[str, bool]]:
    """Resources of the foundation that a plan deletes while the applied stack of Airflow refers to them.

    Args:
        changes: the changes of both stacks.
        before: the applied environment.

    Returns:
        Addresses, and whether Terraform creates the resource again (a replacement).
    """
    users = _users(before)
    for change in changes:
        address, actions = change["address"], change["change"]["actions"]
        of_foundation = before.stack_of.get(address, "").endswith(f"-{FOUNDATION}")
        again = "create" in actions
        types = UNDELETABLE_WHILE_USED if again else NEEDED_WHILE_USED
        if "delete" in actions and of_foundation and change["type"] in types and users.get(address):
            yield address, again


def _users(module: Module) -> dict[str, set[str]]:
    """For each resource of the foundation, the resources of Airflow that refer to it, directly or through an output."""
    references = module.references()
    found: dict[str, set[str]] = {}
    for address, stack in module.stack_of.items():
        if stack.endswith(f"-{AIRFLOW}"):
            for target in references[address]:
                for resource in references[target] if target.startswith("local.") else {target}:
                    found.setdefault(resource, set()).add(address)
    return found
