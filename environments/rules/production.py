"""Settings that `production: true` rejects."""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.facts.topology import scheduling_component, uses_celery
from environments.model import Environment
from environments.rules.registry import rule

FIX = "Fix: change it, or set production: false"
MINIMUM_BACKUP_DAYS = 7


@rule("production", "topology", "components")
def scheduler_is_not_on_spot_only(environment: Environment) -> Iterator[Problem]:
    """At least one scheduler is not on Spot capacity."""
    name = scheduling_component(environment.topology)
    if environment.production and getattr(environment.components, name).spot_percent == 100:
        yield Problem(
            f"components.{name}.spot_percent",
            f"must be less than 100 in production, got 100: AWS can interrupt all of them at once. {FIX}",
        )


@rule("production", "database")
def database_survives(environment: Environment) -> Iterator[Problem]:
    """The metadata database survives mistakes and the failure of a zone."""
    if not environment.production:
        return
    database = environment.database
    for key, why in (
        ("deletion_protection", "a mistake could delete the database"),
        ("final_snapshot", "a deleted database could not be restored"),
        ("multi_az", "the failure of a zone would stop Airflow"),
    ):
        if not getattr(database, key):
            yield Problem(f"database.{key}", f"must be true in production, got false: {why}. {FIX}")
    if database.backup_retention_days < MINIMUM_BACKUP_DAYS:
        yield Problem(
            "database.backup_retention_days",
            f"must be at least {MINIMUM_BACKUP_DAYS} in production, got {database.backup_retention_days}. {FIX}",
        )


@rule("production", "topology", "broker")
def broker_survives(environment: Environment) -> Iterator[Problem]:
    """The broker survives the failure of a node."""
    if environment.production and uses_celery(environment.topology) and environment.broker.replicas == 0:
        yield Problem("broker.replicas", f"must be at least 1 in production, got 0: no failover. {FIX}")


@rule("production", "logs")
def logs_survive(environment: Environment) -> Iterator[Problem]:
    """Logs are kept when the environment is destroyed."""
    if environment.production and environment.logs.force_destroy:
        yield Problem("logs.force_destroy", f"must be false in production, got true: logs would be deleted. {FIX}")


@rule("production", "load_balancer")
def load_balancer_is_protected(environment: Environment) -> Iterator[Problem]:
    """The load balancer cannot be deleted by mistake."""
    if environment.production and not environment.load_balancer.deletion_protection:
        yield Problem("load_balancer.deletion_protection", f"must be true in production, got false. {FIX}")


@rule("production", "alarms")
def alarms_are_enabled(environment: Environment) -> Iterator[Problem]:
    """A production environment has alarms."""
    if environment.production and not environment.alarms.enabled:
        yield Problem("alarms.enabled", f"must be true in production, got false: failures would stay unnoticed. {FIX}")
