"""The metadata database as RDS shows it: its status, its password, start and stop."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.errors import OperationError, PreconditionError
from operations.parameters import Secret
from operations.progress import say, wait_for

POLL_SECONDS = 15
TIMEOUT_SECONDS = 2700
RESTORE_TIMEOUT_SECONDS = 7200
UNUSABLE = frozenset({"failed", "incompatible-restore", "incompatible-parameters"})
"""Statuses of an instance that no restore leaves by itself."""
STOPPED = frozenset({"stopped", "stopping"})


def describe(account: Account) -> dict[str, Any]:
    """The instance as RDS describes it. Raises PreconditionError when it does not exist."""
    found = find(account, account.names.name)
    if found is None:
        raise PreconditionError(f"database {account.names.name} does not exist. Fix: {account.command('deploy')}")
    return found


def require_awake(account: Account) -> None:
    """Raise PreconditionError when the database is stopped, because the environment hibernates, or does not exist."""
    status = describe(account)["DBInstanceStatus"]
    if status in STOPPED:
        raise PreconditionError(
            f"{account.environment.name} hibernates: its database is {status}. Fix: {account.command('wake')}, "
            "then run the same command again"
        )


def find(account: Account, identifier: str) -> dict[str, Any] | None:
    """The instance ``identifier`` as RDS describes it; None when it does not exist."""
    try:
        found = account.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    except ClientError as error:
        if not missing(error, "DBInstanceNotFound", "DBInstanceNotFoundFault"):
            raise
        return None
    return dict(found[0])


def find_resource(account: Account, resource: str) -> dict[str, Any] | None:
    """The instance with a resource id, which stays when the instance gets another name; None when it is gone."""
    where = [{"Name": "dbi-resource-id", "Values": [resource]}]
    found = account.client("rds").describe_db_instances(Filters=where)["DBInstances"]
    return dict(found[0]) if found else None


def wait_for_restored(account: Account, identifier: str) -> dict[str, Any]:
    """Wait until the instance that a restore creates is available, and return it as RDS describes it.

    Raises:
        OperationError: the restore failed, or the instance is not available in time.
    """

    def ready() -> dict[str, Any] | None:
        found = find(account, identifier)
        if found and found["DBInstanceStatus"] in UNUSABLE:
            raise OperationError(
                f"instance {identifier} is {found['DBInstanceStatus']}. Fix: read its events, delete it, then run the "
                "same command again"
            )
        return found if found and found["DBInstanceStatus"] == "available" else None

    return wait_for(
        f"instance {identifier}",
        ready,
        seconds=RESTORE_TIMEOUT_SECONDS,
        every=POLL_SECONDS,
        fix=f"Check: aws rds describe-events --source-type db-instance; {account.command('status')}",
        sleep=account.sleep,
    )


def wait_while_creating(account: Account) -> None:
    """Wait until RDS has created an instance that an interrupted run ordered; return at once when there is none."""
    try:
        status = describe(account)["DBInstanceStatus"]
    except PreconditionError:
        return
    if status == "creating":
        until(account, "available")


def set_password(account: Account, password: Secret) -> None:
    """Set the master password and wait until RDS has applied it."""
    until(account, "available")
    account.client("rds").modify_db_instance(
        DBInstanceIdentifier=account.names.name, MasterUserPassword=password.value, ApplyImmediately=True
    )
    until(account, "available", settled=True)


def stop(account: Account) -> None:
    """Stop the instance, unless it is stopping or stopped already."""
    status = describe(account)["DBInstanceStatus"]
    if status in STOPPED:
        say(f"the database is already {status}")
        return
    until(account, "available")
    account.client("rds").stop_db_instance(DBInstanceIdentifier=account.names.name)


def start(account: Account) -> None:
    """Start the instance and wait until it is available."""
    status = describe(account)["DBInstanceStatus"]
    if status == "stopping":
        until(account, "stopped")
        status = "stopped"
    if status == "stopped":
        account.client("rds").start_db_instance(DBInstanceIdentifier=account.names.name)
    until(account, "available")


def until(account: Account, status: str, *, settled: bool = False) -> None:
    """Wait for a status; ``settled`` also waits until no change is pending."""

    def reached() -> bool | None:
        found = describe(account)
        pending = settled and found.get("PendingModifiedValues", {}).get("MasterUserPassword")
        return True if found["DBInstanceStatus"] == status and not pending else None

    wait_for(
        f"database {status}",
        reached,
        seconds=TIMEOUT_SECONDS,
        every=POLL_SECONDS,
        fix=f"Check: aws rds describe-db-instances --db-instance-identifier {account.names.name}",
        sleep=account.sleep,
    )
