"""A4 by hand: an environment put to sleep and woken, database included."""

from __future__ import annotations

from typing import Any

from environments.derived.service_counts import service_counts
from operations import database
from operations.account import Account
from operations.progress import say, step
from operations.services import names_of, services, wait_until_steady

DIMENSION = "ecs:service:DesiredCount"


def hibernate(account: Account) -> None:
    """No Fargate task, no database. What is queued stays queued and runs after waking."""
    with step("stop the services"):
        for target in _targets(account):
            _bound(account, target["ResourceId"], least=0, most=0)
        _scale(account, dict.fromkeys(names_of(services(account)), 0))
        wait_until_steady(account)
    with step("stop the database"):
        database.stop(account)
    say("AWS starts a stopped database by itself after seven days")


def wake(account: Account) -> None:
    """The database, then the services with the counts of the environment file."""
    counts = service_counts(account.environment)
    with step("start the database"):
        database.start(account)
    with step("start the services"):
        for target in _targets(account):
            least, most = counts[target["ResourceId"].rsplit("/", 1)[1]]
            _bound(account, target["ResourceId"], least=least, most=most)
        _scale(account, {name: counts[name][0] for name in names_of(services(account)) if name in counts})
        wait_until_steady(account)


def _targets(account: Account) -> list[dict[str, Any]]:
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


def _bound(account: Account, resource: str, *, least: int, most: int) -> None:
    account.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource,
        ScalableDimension=DIMENSION,
        MinCapacity=least,
        MaxCapacity=most,
    )


def _scale(account: Account, counts: dict[str, int]) -> None:
    ecs = account.client("ecs")
    for name, count in counts.items():
        ecs.update_service(cluster=account.names.name, service=name, desiredCount=count)
