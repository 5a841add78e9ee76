"""The metadata database and the broker."""

from __future__ import annotations

from typing import Annotated, Literal

from environments.fields import Flag, Form, Section, Whole, plan, synth


class Database(Section):
    """RDS for PostgreSQL."""

    engine_version: Annotated[
        Annotated[str, Form(r"^1[3-7](\.\d{1,2})?$", 'a PostgreSQL version in quotes, "13" to "17", or "16.9"')],
        synth("PostgreSQL version; a major version alone takes AWS's newest minor one."),
    ] = "16.9"
    instance_class: Annotated[
        Annotated[str, Form(r"^db(\.[a-z0-9]+){1,2}$", "an instance class such as db.t4g.medium")],
        plan("Size of the instance; it bounds the number of connections."),
    ] = "db.t4g.medium"
    storage_gib: Annotated[Whole, plan("Storage at the start, GiB.", ge=20, le=65536)] = 50
    max_storage_gib: Annotated[Whole, plan("Storage may grow to this, GiB.", ge=22, le=65536)] = 200
    multi_az: Annotated[Flag, plan("Keep a standby in another zone.")] = True
    deletion_protection: Annotated[Flag, plan("Refuse to delete the database.")] = True
    backup_retention_days: Annotated[Whole, plan("Days for which a point in time can be restored.", ge=0, le=35)] = 14
    performance_insights: Annotated[Flag, synth("Record load by statement.")] = True
    proxy: Annotated[Flag, synth("Pool connections in RDS Proxy.")] = False
    final_snapshot: Annotated[Flag, synth("Take a snapshot before the database is deleted.")] = True
    reserved_connections: Annotated[Whole, synth("Connections kept free for people and AWS.", ge=5, le=500)] = 20


class Broker(Section):
    """ElastiCache, the queue between scheduler and workers (`celery` only)."""

    engine: Annotated[Literal["redis", "valkey"], synth("Redis OSS or Valkey.")] = "valkey"
    engine_version: Annotated[
        Annotated[str, Form(r"^\d\.\d$", 'a version in quotes, such as "8.0"')],
        synth("redis 7.0 or 7.1; valkey 7.2, 8.0 or 8.1."),
    ] = "8.0"
    node_type: Annotated[
        Annotated[str, Form(r"^cache\.[a-z0-9]+\.[a-z0-9]+$", "a node type such as cache.t4g.small")],
        plan("Size of a node."),
    ] = "cache.t4g.small"
    replicas: Annotated[Whole, synth("Read replicas; with one or more the broker fails over.", ge=0, le=5)] = 1
    snapshot_retention_days: Annotated[Whole, plan("Days for which daily snapshots are kept.", ge=0, le=35)] = 1
