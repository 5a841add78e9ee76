"""The metadata database and the broker."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool, StrictInt

from environments.fields import Pattern, Section, plan, synth


class Database(Section):
    """RDS for PostgreSQL."""

    engine_version: Annotated[
        Annotated[str, Pattern(r"^1[3-7](\.[1-9][0-9]?)?$", 'a PostgreSQL version in quotes, "13" to "17", or "16.9"')],
        synth("PostgreSQL version; with a major version alone AWS chooses its newest minor version."),
    ] = "16.9"
    instance_class: Annotated[
        Annotated[str, Pattern(r"^db(\.[a-z0-9]+){1,2}$", "an instance class such as db.t4g.medium")],
        plan("Instance class; its memory limits the number of connections."),
    ] = "db.t4g.medium"
    # RDS offers 65536 GiB, and the bound of storage autoscaling is at least a tenth above the storage.
    storage_gib: Annotated[StrictInt, plan("Initial storage, GiB.", ge=20, le=59578)] = 50
    max_storage_gib: Annotated[StrictInt, plan("Upper bound of storage autoscaling, GiB.", ge=22, le=65536)] = 200
    multi_az: Annotated[StrictBool, plan("Run a standby in another zone.")] = True
    deletion_protection: Annotated[StrictBool, plan("Prevent the deletion of the database.")] = True
    backup_retention_days: Annotated[StrictInt, plan("Days for which point-in-time recovery works.", ge=0, le=35)] = 14
    performance_insights: Annotated[StrictBool, synth("Record the load of each SQL statement.")] = True
    proxy: Annotated[StrictBool, synth("Pool connections with RDS Proxy.")] = False
    final_snapshot: Annotated[StrictBool, synth("Take a snapshot before the database is deleted.")] = True
    reserved_connections: Annotated[
        StrictInt, synth("Connections kept free for administrators and AWS.", ge=5, le=500)
    ] = 20


class Broker(Section):
    """ElastiCache, the queue between scheduler and workers (`celery` only)."""

    engine: Annotated[Literal["redis", "valkey"], synth("Redis OSS or Valkey.")] = "valkey"
    engine_version: Annotated[
        Annotated[str, Pattern(r"^[0-9]\.[0-9]$", 'a version in quotes, such as "8.0"')],
        synth("redis 7.0 or 7.1; valkey 7.2, 8.0 or 8.1."),
    ] = "8.0"
    node_type: Annotated[
        Annotated[str, Pattern(r"^cache\.[a-z0-9]+\.[a-z0-9]+$", "a node type such as cache.t4g.small")],
        plan("Size of a node."),
    ] = "cache.t4g.small"
    replicas: Annotated[StrictInt, synth("Number of read replicas; failover needs at least one.", ge=0, le=5)] = 1
    snapshot_retention_days: Annotated[StrictInt, plan("Days for which daily snapshots are kept.", ge=0, le=35)] = 1
