"""The metadata database and the broker."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool, StrictInt

from environments.fields import BRIEF_OUTAGE, CHECKS_ONLY, IN_PLACE, Section, plan, replaces, synth
from environments.formats import Pattern


class Database(Section):
    """RDS for PostgreSQL."""

    engine_version: Annotated[
        Annotated[
            str,
            Pattern(
                r"^1[3-7](\.[1-9][0-9]?)?$",
                'a PostgreSQL version in quotes: a major version "13" to "17", or an exact version such as "16.9"',
            ),
        ],
        synth(
            "PostgreSQL version: AWS installs the minor versions of a major version; an exact version stays as it is. "
            "A downgrade is not possible.",
            effect=BRIEF_OUTAGE,
        ),
    ] = "16"
    instance_class: Annotated[
        Annotated[str, Pattern(r"^db(\.[a-z0-9]+){1,2}$", "an instance class such as db.t4g.medium")],
        plan("Instance class; its memory limits the number of connections.", effect=BRIEF_OUTAGE),
    ] = "db.t4g.medium"
    # RDS offers up to 65536 GiB, and the upper bound of storage autoscaling is at least 10 % above the storage.
    storage_gib: Annotated[
        StrictInt,
        plan(
            "Initial storage, GiB.",
            effect=f"{IN_PLACE} on an increase; {CHECKS_ONLY} on a decrease, because the storage of RDS only grows",
            ge=20,
            le=59578,
        ),
    ] = 50
    max_storage_gib: Annotated[
        StrictInt, plan("Upper bound of storage autoscaling, GiB.", effect=IN_PLACE, ge=22, le=65536)
    ] = 200
    multi_az: Annotated[StrictBool, plan("Run a standby in another zone.", effect=IN_PLACE)] = True
    deletion_protection: Annotated[StrictBool, plan("Prevent the deletion of the database.", effect=IN_PLACE)] = True
    backup_retention_days: Annotated[
        StrictInt, plan("Days for which point-in-time recovery works.", effect=IN_PLACE, ge=0, le=35)
    ] = 14
    performance_insights: Annotated[StrictBool, synth("Record the load of each SQL statement.", effect=IN_PLACE)] = True
    proxy: Annotated[
        StrictBool,
        synth(
            "Pool connections with RDS Proxy.",
            effect=replaces("the proxy when it becomes false; rolling when it becomes true"),
        ),
    ] = False
    authentication: Annotated[
        Literal["password", "iam"],
        synth(
            "How components log in: `password`, or `iam` with tokens of their task roles (docs/database.md); not with "
            "`proxy`.",
            effect=BRIEF_OUTAGE,
        ),
    ] = "password"
    final_snapshot: Annotated[StrictBool, synth("Take a snapshot before the database is deleted.", effect=IN_PLACE)] = (
        True
    )
    reserved_connections: Annotated[
        StrictInt, synth("Connections kept free for administrators and AWS.", effect=CHECKS_ONLY, ge=5, le=500)
    ] = 20


class Broker(Section):
    """ElastiCache, the queue between scheduler and workers (`celery` only)."""

    engine: Annotated[
        Literal["redis", "valkey"],
        synth(
            "Redis OSS or Valkey.",
            effect=replaces("the broker when it becomes redis; brief outage when it becomes valkey"),
        ),
    ] = "valkey"
    engine_version: Annotated[
        Annotated[str, Pattern(r"^[0-9]\.[0-9]$", 'a version in quotes, such as "8.0"')],
        synth(
            "redis 7.0 or 7.1; valkey 7.2, 8.0 or 8.1.",
            effect=replaces("the broker on a downgrade; brief outage on an upgrade"),
        ),
    ] = "8.0"
    node_type: Annotated[
        Annotated[str, Pattern(r"^cache\.[a-z0-9]+\.[a-z0-9]+$", "a node type such as cache.t4g.small")],
        plan("Size of a node.", effect=BRIEF_OUTAGE),
    ] = "cache.t4g.small"
    authentication: Annotated[
        Literal["token", "iam"],
        synth(
            "How components log in: `token` (one AUTH token), or `iam` with tokens of their task roles and a user for "
            "each team (docs/broker.md).",
            effect=replaces("the AUTH token of the broker when it becomes iam; brief outage when it becomes token"),
        ),
    ] = "token"
    replicas: Annotated[
        StrictInt, synth("Number of read replicas; failover needs at least one.", effect=IN_PLACE, ge=0, le=5)
    ] = 1
    snapshot_retention_days: Annotated[
        StrictInt, plan("Days for which daily snapshots are kept.", effect=IN_PLACE, ge=0, le=35)
    ] = 1
