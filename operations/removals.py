"""The order in which two stacks remove what they share: Airflow stops using it, then the foundation deletes it.

AWS refuses to delete these while something uses them, and a deployment applies the foundation first. So the foundation
is applied without its removals, then Airflow, then the removals.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BLOCKED_WHILE_USED = frozenset(
    {
        "aws_elasticache_replication_group",
        "aws_internet_gateway",
        "aws_s3_bucket",
        "aws_security_group",
        "aws_service_discovery_private_dns_namespace",
        "aws_ssm_parameter",
        "aws_db_proxy",
        "aws_subnet",
        "aws_vpc",
    }
)
"""Types of resources that AWS does not delete while others use them (``DependencyViolation``), or whose users fail."""


def removals(plan: Mapping[str, Any]) -> list[str]:
    """Addresses that ``plan`` deletes and does not create again."""
    return sorted(
        change["address"] for change in plan.get("resource_changes", ()) if change["change"]["actions"] == ["delete"]
    )
