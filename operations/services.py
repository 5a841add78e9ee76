"""The ECS services of an environment: list them, replace their Fargate tasks, wait until they are steady."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from environments.derived.service_counts import service_counts
from operations.account import Account
from operations.errors import OperationError
from operations.progress import say, step, wait_for

DESCRIBED_AT_ONCE = 10
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html"""
STEADY_SECONDS = 1800
POLL_SECONDS = 15


def services(account: Account) -> list[dict[str, Any]]:
    """Every active service of the cluster as ECS describes it; empty when there is no cluster yet."""
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
    """The names of services, sorted."""
    return sorted(service["serviceName"] for service in found)


def roll(account: Account, *, why: str) -> list[str]:
    """Replace every Fargate task, so that it starts with the stored secrets; wait until all services are steady.

    Returns:
        Names of the services.

    Raises:
        OperationError: a roll-out failed, or the services are not steady in time.
    """
    ecs, cluster = account.client("ecs"), account.names.name
    counts = service_counts(account.environment)
    rolled = [name for name in names_of(services(account)) if counts.get(name, (1, 1))[1] > 0]
    if not rolled:
        say("there are no services yet, so no Fargate task is replaced")
        return []
    with step(f"replace the Fargate tasks of {len(rolled)} services ({why})"):
        started = {}
        for name in rolled:
            service = ecs.update_service(cluster=cluster, service=name, forceNewDeployment=True)["service"]
            started[name] = _primary(service)["id"]
        wait_until_steady(account, deployments=started)
    return rolled


def wait_until_steady(
    account: Account, *, task_definitions: Mapping[str, str] | None = None, deployments: Mapping[str, str] | None = None
) -> None:
    """Wait until every service has one deployment that is complete.

    Args:
        task_definitions: ARN of the task definition that each service must run at the end, by its name.
        deployments: id of the deployment that each service must run at the end, by its name.

    Raises:
        OperationError: ECS rolled a deployment back, or the services are not steady in time.
    """

    def steady() -> bool | None:
        found = services(account)
        _raise_for_failed(found)
        if any(unsettled(service) for service in found):
            return None
        _raise_for_rolled_back(found, task_definitions or {}, deployments or {})
        return True

    fix = f"Check: aws ecs describe-services --cluster {account.names.name} --services SERVICE (events)"
    wait_for("steady services", steady, seconds=STEADY_SECONDS, every=POLL_SECONDS, fix=fix, sleep=account.sleep)


def _raise_for_failed(found: Sequence[dict[str, Any]]) -> None:
    for service in found:
        for deployment in service["deployments"]:
            if deployment.get("rolloutState") == "FAILED":
                raise _rolled_back(service, deployment.get("rolloutStateReason", "ECS gives no reason"))


def _raise_for_rolled_back(
    found: Sequence[dict[str, Any]], task_definitions: Mapping[str, str], deployments: Mapping[str, str]
) -> None:
    """Once a rollback is complete, ECS lists only the old deployment: compare it with the one that was started."""
    for service in found:
        name, current = service["serviceName"], _primary(service)
        definition = current.get("taskDefinition", service.get("taskDefinition"))
        if _short(definition) != _short(task_definitions.get(name, definition)):
            raise _rolled_back(service, f"it runs {_short(definition)}, not {_short(task_definitions[name])}")
        if current["id"] != deployments.get(name, current["id"]):
            raise _rolled_back(service, f"it runs deployment {current['id']}, not {deployments[name]}")


def _rolled_back(service: dict[str, Any], reason: str) -> OperationError:
    events = [event["message"] for event in service.get("events", ())[:3]]
    last = "".join(f"\n  {message}" for message in events)
    return OperationError(
        f"service {service['serviceName']}: the roll-out failed and ECS rolled it back: {reason}.{last}\n"
        "Fix: read the log of the stopped Fargate tasks, correct the cause, then run the same command again"
    )


def _primary(service: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(
        (deployment for deployment in service["deployments"] if deployment["status"] == "PRIMARY"),
        service["deployments"][0],
    )
    return found


def _short(arn: str | None) -> str:
    """``family:revision`` of the ARN of a task definition."""
    return str(arn).rsplit("/", 1)[-1]


def unsettled(service: dict[str, Any]) -> str | None:
    """Why a service is not steady; None when it is."""
    if len(service["deployments"]) != 1:
        return f"{len(service['deployments'])} deployments at once"
    if service["deployments"][0].get("rolloutState") == "IN_PROGRESS" and service["desiredCount"]:
        return "its deployment is in progress"
    if service["runningCount"] != service["desiredCount"]:
        return f"{service['runningCount']} of {service['desiredCount']} Fargate tasks run"
    return None
