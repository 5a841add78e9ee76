"""What `production: true` does not allow."""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.facts.topology import scheduling_component, uses_celery
from environments.model import Environment
from environments.rules.registry import rule

FIX = "change it, or say production: false"
MINIMUM_BACKUP_DAYS = 7


@rule("production", "topology", "components")
def scheduler_is_not_on_spot_alone(environment: Environment) -> Iterator[Problem]:
    """Something on demand decides what runs."""
    name = scheduling_component(environment.topology)
    if environment.production and getattr(environment.components, name).spot_percent == 100:
        yield Problem(
            f"components.{name}.spot_percent",
            f"must be less than 100 in production, got 100: Spot can take the only {name} away; {FIX}",
        )


@rule("production", "database")
def database_survives(environment: Environment) -> Iterator[Problem]:
    """The history of all runs is not lost by accident."""
    if not environment.production:
        return
    database = environment.database
    for key, why in (
        ("deletion_protection", "a slip would delete the database"),
        ("final_snapshot", "a deleted database would be gone"),
        ("multi_az", "a failing zone would stop everything"),
    ):
        if not getattr(database, key):
            yield Problem(f"database.{key}", f"must be true in production, got false: {why}; {FIX}")
    if database.backup_retention_days < MINIMUM_BACKUP_DAYS:
        yield Problem(
            "database.backup_retention_days",
            f"must be at least {MINIMUM_BACKUP_DAYS} in production, got {database.backup_retention_days}; {FIX}",
        )


@rule("production", "topology", "broker")
def broker_survives(environment: Environment) -> Iterator[Problem]:
    """A broken node does not stop the queue."""
    if environment.production and uses_celery(environment.topology) and environment.broker.replicas == 0:
        yield Problem("broker.replicas", f"must be at least 1 in production, got 0: nothing would fail over; {FIX}")


@rule("production", "logs")
def logs_survive(environment: Environment) -> Iterator[Problem]:
    """Logs outlive the environment."""
    if environment.production and environment.logs.force_destroy:
        yield Problem("logs.force_destroy", f"must be false in production, got true: logs would be deleted; {FIX}")


@rule("production", "load_balancer")
def door_stays(environment: Environment) -> Iterator[Problem]:
    """The name people know keeps its load balancer."""
    if environment.production and not environment.load_balancer.deletion_protection:
        yield Problem("load_balancer.deletion_protection", f"must be true in production, got false; {FIX}")


@rule("production", "alarms")
def somebody_is_told(environment: Environment) -> Iterator[Problem]:
    """A production environment has alarms."""
    if environment.production and not environment.alarms.enabled:
        yield Problem("alarms.enabled", f"must be true in production, got false: nobody would notice; {FIX}")
