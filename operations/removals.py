"""The order in which two stacks remove what they share: Airflow stops using it, then the foundation deletes it.

AWS refuses to delete what something uses, and a deployment applies the foundation first. So the foundation
is applied without its removals, then Airflow, then the removals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REFUSED_WHILE_USED = frozenset(
    {
        "aws_internet_gateway",
        "aws_security_group",
        "aws_service_discovery_private_dns_namespace",
        "aws_subnet",
        "aws_vpc",
    }
)
"""Types of resources that AWS does not delete while others use them (``DependencyViolation``, ``ResourceInUse``)."""
NEEDED_WHILE_USED = REFUSED_WHILE_USED | {
    "aws_db_proxy",
    "aws_elasticache_replication_group",
    "aws_s3_bucket",
    "aws_ssm_parameter",
}
"""These, and the types without which running Fargate tasks fail."""


def removals(plan: Mapping[str, Any]) -> list[str]:
    """Addresses that ``plan`` deletes and does not create again."""
    return sorted(
        change["address"] for change in plan.get("resource_changes", ()) if change["change"]["actions"] == ["delete"]
    )
