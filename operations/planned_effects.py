"""What the changes of a plan do to a running environment, in the words of docs/environment.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.interruptions import interruption_by

from environments.fields import BRIEF_OUTAGE, IN_PLACE, ROLLING

Change = Mapping[str, Any]
REPLACES = "replaces"
"""The effect of a change that the plan guard rejects without a waiver."""
ORDER = (IN_PLACE, ROLLING, BRIEF_OUTAGE, REPLACES)
"""Effects, harmless first."""

OUTAGES: Mapping[str, frozenset[str]] = {
    "aws_db_instance": frozenset(
        {
            "engine_version",
            "iam_database_authentication_enabled",
            "instance_class",
            "parameter_group_name",
            "port",
            "storage_type",
        }
    ),
    "aws_elasticache_replication_group": frozenset({"engine", "engine_version", "node_type", "parameter_group_name"}),
    "aws_route": frozenset({"gateway_id", "nat_gateway_id"}),
    "aws_route_table_association": frozenset({"route_table_id", "subnet_id"}),
}
"""Attributes whose change breaks connections, by type of resource.

RDS restarts the instance (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html);
after a switch to IAM authentication, it rejects the password of Fargate tasks that still run (docs/database.md).
ElastiCache replaces the nodes (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.html), and
connections through a NAT gateway end when the route changes.
"""
DELETION_BREAKS_CONNECTIONS = frozenset(
    {"aws_elasticache_user_group", "aws_route", "aws_route_table_association", "aws_vpc_endpoint"}
)
"""Types of resources whose deletion breaks open connections; creation does not.

Before the user group of the broker is deleted, the broker gets an AUTH token, which Fargate tasks that still run lack.
"""
WITHOUT_A_ROLL_OUT = frozenset({"tags", "tags_all", "availability_zone_rebalancing", "wait_for_steady_state"})
"""Attributes of a service for whose change ECS starts no Fargate task."""


def effect_of(change: Change) -> str:
    """The effect of one item of ``resource_changes``: one of ``ORDER``."""
    kind, actions = change["type"], change["change"]["actions"]
    if interruption_by(change):
        return REPLACES
    if "delete" in actions and kind in DELETION_BREAKS_CONNECTIONS:
        return BRIEF_OUTAGE
    if actions == ["update"]:
        differing = set(differences(change))
        if differing & OUTAGES.get(kind, frozenset()):
            return BRIEF_OUTAGE
        if kind == "aws_ecs_service" and differing - WITHOUT_A_ROLL_OUT:
            return ROLLING
    return IN_PLACE


def wakes(change: Change) -> bool:
    """Whether a change only gives a service that sleeps its count or its limits of autoscaling again."""
    before = change["change"].get("before") or {}
    counts = {"aws_ecs_service": {"desired_count"}, "aws_appautoscaling_target": {"min_capacity", "max_capacity"}}
    names = counts.get(change["type"], set())
    differing = set(differences(change))
    return (
        change["change"]["actions"] == ["update"]
        and bool(differing)
        and differing <= names
        and not any(before.get(name) for name in names)
    )


def differences(change: Change) -> Iterator[str]:
    """The attributes that a change gives another value, or one that is known only after the apply."""
    before, after = (change["change"].get(side) or {} for side in ("before", "after"))
    unknown = change["change"].get("after_unknown") or {}
    for name in sorted(before.keys() | after.keys()):
        if unknown.get(name) is True or before.get(name) != after.get(name):
            yield name
