"""The ECS services of an environment: roll them, scale them, wait until they are steady."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from environments.derived.service_counts import service_counts
from operations.account import Account
from operations.errors import Failed
from operations.progress import say, step, wait_for

DESCRIBED_AT_ONCE = 10
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html"""
STEADY_SECONDS = 1800
POLL_SECONDS = 15


def services(account: Account) -> list[dict[str, Any]]:
    """Every service of the cluster as ECS describes it; empty when there is no cluster yet."""
    ecs, cluster = account.client("ecs"), account.names.name
    try:
        pages = list(ecs.get_paginator("list_services").paginate(cluster=cluster))
    except ecs.exceptions.ClusterNotFoundException:
        return []
    arns = [arn for page in pages for arn in page["serviceArns"]]
    found: list[dict[str, Any]] = []
    for start in range(0, len(arns), DESCRIBED_AT_ONCE):
        batch = arns[start : start + DESCRIBED_AT_ONCE]
        found += ecs.describe_services(cluster=cluster, services=batch)["services"]
    return [service for service in found if service["status"] == "ACTIVE"]


def names_of(found: Sequence[dict[str, Any]]) -> list[str]:
    """Names, sorted."""
    return sorted(service["serviceName"] for service in found)


def roll(account: Account, *, why: str) -> list[str]:
    """Replace every Fargate task, so that it starts with today's secrets; waits until all services are steady."""
    ecs, cluster = account.client("ecs"), account.names.name
    counts = service_counts(account.environment)
    rolled = [name for name in names_of(services(account)) if counts.get(name, (1, 1))[1] > 0]
    if not rolled:
        say("no services yet: nothing to replace")
        return []
    with step(f"replace the Fargate tasks of {len(rolled)} services ({why})"):
        for name in rolled:
            ecs.update_service(cluster=cluster, service=name, forceNewDeployment=True)
        wait_until_steady(account)
    return rolled


def wait_until_steady(account: Account) -> None:
    """Return when every service has one deployment that is complete. Raises Failed when one was rolled back."""
    fix = f"Look: aws ecs describe-services --cluster {account.names.name} --services SERVICE (events)"
    wait_for(
        "steady services",
        lambda: _steady(services(account)),
        seconds=STEADY_SECONDS,
        every=POLL_SECONDS,
        fix=fix,
        sleep=account.sleep,
    )


def _steady(found: Sequence[dict[str, Any]]) -> bool | None:
    for service in found:
        for deployment in service["deployments"]:
            if deployment.get("rolloutState") == "FAILED":
                reason = deployment.get("rolloutStateReason", "no reason given")
                raise Failed(f"service {service['serviceName']}: the roll-out failed and was rolled back: {reason}")
    settled = (unsettled(service) is None for service in found)
    return True if all(settled) else None


def unsettled(service: dict[str, Any]) -> str | None:
    """What is not steady about a service, None when nothing is."""
    if len(service["deployments"]) != 1:
        return f"{len(service['deployments'])} deployments at once"
    if service["deployments"][0].get("rolloutState") == "IN_PROGRESS" and service["desiredCount"]:
        return "its deployment is in progress"
    if service["runningCount"] != service["desiredCount"]:
        return f"{service['runningCount']} of {service['desiredCount']} Fargate tasks run"
    return None
