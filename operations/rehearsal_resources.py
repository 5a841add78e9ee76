"""What a rehearsal creates in AWS and deletes again: an instance, its snapshot, a task definition, Fargate tasks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from operations import backup, database
from operations.account import Account, missing
from operations.errors import PreconditionError
from operations.progress import wait_for

TAG = "airflow-fargate:rehearsal"
"""Tag of the copy and of its snapshot. Nothing without it is deleted."""
POLL_SECONDS = 15
TIMEOUT_SECONDS = 3600
READ_ONLY = frozenset(
    {
        "compatibilities",
        "deregisteredAt",
        "registeredAt",
        "registeredBy",
        "requiresAttributes",
        "revision",
        "status",
        "taskDefinitionArn",
    }
)
"""Keys of a task definition that ECS adds.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
"""
now = time.monotonic


def identifier(account: Account) -> str:
    """Identifier of the copy and of its snapshot, and family of the task definition."""
    return account.names.one_off("rehearsal")


def tags(account: Account, current: Mapping[str, Any]) -> list[dict[str, str]]:
    """The tags of the original, and the one that marks the copy."""
    return [*current.get("TagList", ()), {"Key": TAG, "Value": account.environment.name}]


def repository(account: Account) -> str:
    """URI of the environment's image repository."""
    found = account.client("ecr").describe_repositories(repositoryNames=[account.names.name])
    return str(found["repositories"][0]["repositoryUri"])


def register(account: Account, definition: Mapping[str, Any]) -> str:
    """Register ``definition`` under the family of the rehearsal; returns its ARN."""
    settings = {key: value for key, value in definition.items() if key not in READ_ONLY and value is not None}
    made = account.client("ecs").register_task_definition(**{**settings, "family": identifier(account)})
    return str(made["taskDefinition"]["taskDefinitionArn"])


def delete(account: Account) -> None:
    """Delete everything of a rehearsal that exists, and wait until the identifiers are free.

    Raises:
        PreconditionError: an instance or a snapshot of this name is not a rehearsal's.
        OperationError: AWS still has them after an hour.
    """
    _stop_tasks(account)
    name = identifier(account)
    fix = f"Check: aws rds describe-db-instances --db-instance-identifier {name}"
    for what, check in (("instance", _instance_is_gone), ("snapshot", _snapshot_is_gone)):
        wait_for(
            f"the deletion of {what} {name}",
            lambda check=check: check(account) or None,  # type: ignore[misc]
            seconds=TIMEOUT_SECONDS,
            every=POLL_SECONDS,
            fix=fix,
            sleep=account.sleep,
        )


def _stop_tasks(account: Account) -> None:
    ecs, cluster, family = account.client("ecs"), account.names.name, identifier(account)
    for task in ecs.list_tasks(cluster=cluster, family=family)["taskArns"]:
        ecs.stop_task(cluster=cluster, task=task, reason="the rehearsal ended")
    for definition in ecs.list_task_definitions(familyPrefix=family, status="ACTIVE")["taskDefinitionArns"]:
        ecs.deregister_task_definition(taskDefinition=definition)


def _instance_is_gone(account: Account) -> bool:
    name = identifier(account)
    found = database.find(account, name)
    if found is None:
        return True
    _require_own(account, f"instance {name}", found)
    if found["DBInstanceStatus"] != "deleting":
        _unless_busy(
            account.client("rds").delete_db_instance,
            DBInstanceIdentifier=name,
            SkipFinalSnapshot=True,
            DeleteAutomatedBackups=True,
        )
    return False


def _snapshot_is_gone(account: Account) -> bool:
    name = identifier(account)
    found = backup.find(account, name)
    if found is None:
        return True
    _require_own(account, f"snapshot {name}", found)
    if found["Status"] not in {"creating", "deleting"}:
        _unless_busy(account.client("rds").delete_db_snapshot, DBSnapshotIdentifier=name)
    return False


def _unless_busy(delete: Any, **arguments: Any) -> None:
    """Delete; a resource that AWS is still creating is tried again at the next look."""
    try:
        delete(**arguments)
    except ClientError as error:
        if not missing(
            error,
            *("InvalidDBInstanceState", "InvalidDBInstanceStateFault"),
            *("InvalidDBSnapshotState", "InvalidDBSnapshotStateFault"),
        ):
            raise


def _require_own(account: Account, what: str, found: Mapping[str, Any]) -> None:
    if {"Key": TAG, "Value": account.environment.name} not in found.get("TagList", []):
        raise PreconditionError(
            f"{what} has the name of a copy for a rehearsal, but not the tag {TAG}. Fix: rename it, or delete it"
        )
