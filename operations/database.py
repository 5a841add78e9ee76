"""The metadata database as RDS shows it: its state, its password, its sleep."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.errors import Refused
from operations.parameters import Secret
from operations.progress import say, wait_for

POLL_SECONDS = 15
MOST_SECONDS = 2700


def describe(account: Account) -> dict[str, Any]:
    """The instance. Raises Refused when there is none."""
    rds, name = account.client("rds"), account.names.name
    try:
        found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    except ClientError as error:
        if not missing(error, "DBInstanceNotFound", "DBInstanceNotFoundFault"):
            raise
        raise Refused(f"database {name} does not exist. Fix: make deploy ENV={account.environment.name}") from None
    return found


def set_password(account: Account, password: Secret) -> None:
    """Give the master user ``password``; RDS answers before it holds, so this waits."""
    until(account, "available")
    account.client("rds").modify_db_instance(
        DBInstanceIdentifier=account.names.name, MasterUserPassword=password.value, ApplyImmediately=True
    )
    until(account, "available", settled=True)


def stop(account: Account) -> None:
    """Stop the instance, unless it is stopping or stopped already."""
    status = describe(account)["DBInstanceStatus"]
    if status in {"stopped", "stopping"}:
        say(f"the database is {status} already")
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

    def there() -> bool | None:
        found = describe(account)
        pending = settled and found.get("PendingModifiedValues", {}).get("MasterUserPassword")
        return True if found["DBInstanceStatus"] == status and not pending else None

    wait_for(
        f"database {status}",
        there,
        seconds=MOST_SECONDS,
        every=POLL_SECONDS,
        fix=f"Look: aws rds describe-db-instances --db-instance-identifier {account.names.name}",
        sleep=account.sleep,
    )
