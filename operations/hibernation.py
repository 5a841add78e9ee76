"""Stops an environment, database included, and starts it again.

Both commands can be interrupted and run again. ``wake`` undoes a ``hibernate`` that stopped half-way.
"""

from __future__ import annotations

from typing import Any

from environments.derived.service_counts import service_counts
from operations import database
from operations.account import Account
from operations.progress import say, step
from operations.services import names_of, services, wait_until_steady

DIMENSION = "ecs:service:DesiredCount"
SCALING, SERVICES, DATABASE = "limits of autoscaling", "services", "database"


def hibernate(account: Account) -> None:
    """Stop every Fargate task, then the database. Queued Airflow tasks stay queued and run after ``wake``."""
    steps = account.steps
    steps.plan(SCALING, SERVICES, DATABASE)
    database.describe(account)
    with steps.run(SCALING):
        forbid_scaling(account)
    with steps.run(SERVICES):
        stop_services(account)
    with steps.run(DATABASE), step("stop the database"):
        database.stop(account)
    say("AWS starts a stopped database automatically after seven days")


def wake(account: Account) -> None:
    """Start the database, then the services with the counts of the environment file."""
    steps = account.steps
    steps.plan(DATABASE, SCALING, SERVICES)
    with steps.run(DATABASE), step("start the database"):
        database.start(account)
    with steps.run(SCALING):
        allow_scaling(account)
    with steps.run(SERVICES):
        start_services(account)


def forbid_scaling(account: Account) -> None:
    """Let Application Auto Scaling start no Fargate task."""
    for target in scalable_targets(account):
        set_limits(account, target["ResourceId"], least=0, most=0)


def stop_services(account: Account) -> None:
    """Stop every Fargate task of the services; call :func:`forbid_scaling` first."""
    with step("stop the services"):
        set_counts(account, dict.fromkeys(names_of(services(account)), 0))
        wait_until_steady(account)


def allow_scaling(account: Account) -> None:
    """Give the services the limits of the environment file."""
    counts = service_counts(account.environment)
    for target in scalable_targets(account):
        limits = counts.get(target["ResourceId"].rsplit("/", 1)[1])
        if limits:
            set_limits(account, target["ResourceId"], least=limits[0], most=limits[1])


def follow_file(account: Account) -> None:
    """Give running services the limits of the environment file, which Terraform ignores where a schedule sets them.

    Services that sleep keep the limit 0: the schedule, or ``wake``, starts them together with the database.
    """
    counts, asleep, targets = service_counts(account.environment), 0, scalable_targets(account)
    for target in targets:
        least, most = counts.get(target["ResourceId"].rsplit("/", 1)[1], (0, 0))
        asleep += target["MaxCapacity"] == 0
        if target["MaxCapacity"] and most and (target["MinCapacity"], target["MaxCapacity"]) != (least, most):
            set_limits(account, target["ResourceId"], least=least, most=most)
    if asleep:
        say(
            f"{asleep} of {len(targets)} services sleep and stay stopped until hibernation.start, or "
            f"{account.command('wake')}"
        )


def start_services(account: Account) -> None:
    """Start every service with the smallest count of the environment file."""
    counts = service_counts(account.environment)
    with step("start the services"):
        set_counts(account, {name: counts[name][0] for name in names_of(services(account)) if name in counts})
        wait_until_steady(account)


def scalable_targets(account: Account) -> list[dict[str, Any]]:
    """Scalable targets of this cluster."""
    scaling = account.client("application-autoscaling")
    pages = scaling.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="ecs")
    prefix = f"service/{account.names.name}/"
    return [
        target
        for page in pages
        for target in page["ScalableTargets"]
        if target["ResourceId"].startswith(prefix) and target["ScalableDimension"] == DIMENSION
    ]


def set_limits(account: Account, resource: str, *, least: int, most: int) -> None:
    """Let Application Auto Scaling choose between ``least`` and ``most`` Fargate tasks."""
    account.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension=DIMENSION,
        MinCapacity=least,
        MaxCapacity=most,
    )


def set_counts(account: Account, counts: dict[str, int]) -> None:
    """Set the desired count of each service."""
    ecs = account.client("ecs")
    for name, count in counts.items():
        ecs.update_service(cluster=account.names.name, service=name, desiredCount=count)
