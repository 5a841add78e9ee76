"""Instance classes, versions, storage and connections of RDS and ElastiCache."""

from __future__ import annotations

from collections.abc import Iterator

from environments.derived.connection_budget import connection_budget
from environments.errors import Problem, listed, nearest
from environments.facts.instance_classes import MEMORY_GIB, max_connections
from environments.model import Environment
from environments.rules.registry import rule

BROKER_VERSIONS = {"redis": ("7.0", "7.1"), "valkey": ("7.2", "8.0", "8.1")}
"""https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html"""
LEAST_GROWTH_PERCENT = 10
"""RDS requires the limit of storage autoscaling to be at least a tenth above the storage:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html"""


@rule("database")
def instance_class_exists(environment: Environment) -> Iterator[Problem]:
    """The class is an RDS instance class with known memory; Aurora Serverless is another product."""
    wanted = environment.database.instance_class
    if wanted == "db.serverless":
        yield Problem(
            "database.instance_class",
            "db.serverless belongs to Aurora Serverless. Fix: use an RDS instance class such as 'db.t4g.medium'",
        )
    elif wanted not in MEMORY_GIB:
        families = sorted({name.rsplit(".", 1)[0] for name in MEMORY_GIB})
        yield Problem(
            "database.instance_class",
            f"must be a class of {listed(families)}, got {wanted!r}{nearest(wanted, MEMORY_GIB)}",
        )


@rule("database")
def storage_can_grow(environment: Environment) -> Iterator[Problem]:
    """The limit of storage autoscaling is above the storage."""
    database = environment.database
    least = -(-database.storage_gib * (100 + LEAST_GROWTH_PERCENT) // 100)
    if database.max_storage_gib < least:
        yield Problem(
            "database.max_storage_gib",
            f"must be at least {least}, 10 % more than storage_gib {database.storage_gib}, "
            f"got {database.max_storage_gib}",
        )


@rule("database")
def tokens_exclude_the_proxy(environment: Environment) -> Iterator[Problem]:
    """RDS Proxy logs in to the database with a password, which RDS rejects for a user that logs in with tokens."""
    if environment.database.authentication == "iam" and environment.database.proxy:
        yield Problem(
            "database.authentication",
            "iam does not work with proxy: true: the proxy logs in to the database with the password of the user "
            "airflow, and RDS then accepts only tokens from this user. Fix: use proxy: false, or "
            "authentication: password",
        )


@rule("database", "airflow", "components", "workers", "topology")
def connections_suffice(environment: Environment) -> Iterator[Problem]:
    """The database accepts all connections at the largest scale."""
    database = environment.database
    if database.proxy or database.instance_class not in MEMORY_GIB:
        return
    budget = connection_budget(environment)
    if budget.is_exceeded:
        enough = [name for name in MEMORY_GIB if max_connections(name) >= budget.needed]
        family = [name for name in enough if name.split(".")[1] == database.instance_class.split(".")[1]]
        larger = f"{(family or enough)[0]}, " if enough else ""
        yield Problem(
            "database.instance_class",
            f"{database.instance_class} accepts too few connections: {budget}. Fix: use {larger}smaller pools, fewer "
            "workers, or proxy: true",
        )


@rule("topology", "broker")
def broker_version_exists(environment: Environment) -> Iterator[Problem]:
    """The engine of the broker has this version."""
    broker = environment.broker
    known = BROKER_VERSIONS[broker.engine]
    if broker.engine_version not in known:
        yield Problem(
            "broker.engine_version", f"must be {listed(known)} for {broker.engine}, got {broker.engine_version!r}"
        )
