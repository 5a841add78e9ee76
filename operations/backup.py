"""Snapshots of the metadata database: takes one, lists them.

A snapshot that people ask for stays until they delete it; AWS deletes the daily ones after ``backup_retention_days``.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from operations import database
from operations.account import Account, missing
from operations.errors import OperationError, PreconditionError
from operations.progress import say, step, wait_for

POLL_SECONDS = 15
TIMEOUT_SECONDS = 7200
STAMP = "%Y%m%dT%H%M%Sz"
"""Lower case at the end, because RDS stores identifiers in lower case."""
MANUAL, READY, UNFINISHED = "manual", "available", "creating"


def backup(account: Account) -> dict[str, Any]:
    """Take a snapshot named by the time, and wait for it; an interrupted run is continued with its own snapshot.

    Raises:
        PreconditionError: the database does not exist, or it is stopped.
        OperationError: the snapshot failed or is not ready in time.
    """
    account.steps.plan("snapshot", "snapshot ready")
    with account.steps.run("snapshot"):
        name = _unfinished(account) or order(account)
    with account.steps.run("snapshot ready"), step(f"snapshot {name}"):
        return summary(wait(account, name))


def take(account: Account) -> dict[str, Any]:
    """:func:`backup` as a part of another command; the snapshot as RDS describes it."""
    return wait(account, _unfinished(account) or order(account))


def backups(account: Account) -> list[dict[str, Any]]:
    """Every snapshot of the database, daily and final ones too, newest first."""
    oldest_first = sorted(_snapshots(account), key=lambda snapshot: str(taken_at(snapshot) or ""))
    return [summary(snapshot) for snapshot in reversed(oldest_first)]


def summary(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What the commands print about a snapshot."""
    taken = taken_at(snapshot)
    return {
        "snapshot": snapshot["DBSnapshotIdentifier"],
        "taken": taken.isoformat(timespec="seconds") if taken else None,
        "kind": snapshot.get("SnapshotType"),
        "status": snapshot["Status"],
        "percent": snapshot.get("PercentProgress"),
        "size_gib": snapshot.get("AllocatedStorage"),
        "postgresql": snapshot.get("EngineVersion"),
    }


def taken_at(snapshot: Mapping[str, Any]) -> datetime.datetime | None:
    """When the data was copied; a copy of a snapshot keeps the time of the original."""
    found: datetime.datetime | None = snapshot.get("OriginalSnapshotCreateTime") or snapshot.get("SnapshotCreateTime")
    return found


def find(account: Account, name: str) -> dict[str, Any] | None:
    """The snapshot ``name`` in the region of the environment; None when it does not exist."""
    try:
        found = account.client("rds").describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
    except ClientError as error:
        if not missing(error, "DBSnapshotNotFound", "DBSnapshotNotFoundFault"):
            raise
        return None
    return dict(found[0]) if found else None


def wait(account: Account, name: str) -> dict[str, Any]:
    """Wait until the snapshot ``name`` is ready, and say how far it is."""
    shown: set[int] = set()

    def ready() -> dict[str, Any] | None:
        snapshot = find(account, name) or {"Status": "deleted"}
        if snapshot["Status"] not in {READY, UNFINISHED, "copying", "pending"}:
            raise OperationError(f"snapshot {name} is {snapshot['Status']}. Fix: {account.command('backup')}")
        percent = int(snapshot.get("PercentProgress") or 0)
        if snapshot["Status"] != READY and percent not in shown:
            shown.add(percent)
            say(f"  snapshot {name}: {percent} %")
        return snapshot if snapshot["Status"] == READY else None

    fix = f"Check: aws rds describe-db-snapshots --db-snapshot-identifier {name}"
    return wait_for(
        f"snapshot {name}", ready, seconds=TIMEOUT_SECONDS, every=POLL_SECONDS, fix=fix, sleep=account.sleep
    )


def _snapshots(account: Account) -> list[dict[str, Any]]:
    pages = account.client("rds").get_paginator("describe_db_snapshots")
    found = pages.paginate(DBInstanceIdentifier=account.names.name)
    return [snapshot for page in found for snapshot in page["DBSnapshots"]]


def _unfinished(account: Account) -> str | None:
    """A snapshot that an interrupted run ordered."""
    prefix = f"{account.names.name}-backup-"
    for snapshot in _snapshots(account):
        name = str(snapshot["DBSnapshotIdentifier"])
        if snapshot["Status"] == UNFINISHED and name.startswith(prefix):
            say(f"snapshot {name} was requested by an earlier run; waiting for it")
            return name
    return None


def order(account: Account, *, name: str = "", tags: Sequence[Mapping[str, str]] = ()) -> str:
    """Ask RDS for a snapshot ``name``, named by the time when absent, and return its name without waiting for it.

    Raises:
        PreconditionError: the database does not exist, or it is stopped.
    """
    status = database.describe(account)["DBInstanceStatus"]
    if status in database.STOPPED:
        raise PreconditionError(
            f"the database is {status}, so AWS cannot take a snapshot. Fix: {account.command('wake')}, then "
            f"{account.command('backup')}; {account.command('backups')} lists the daily snapshots"
        )
    database.until(account, "available")
    name = name or f"{account.names.name}-backup-{datetime.datetime.now(datetime.UTC):{STAMP}}".lower()
    try:
        account.client("rds").create_db_snapshot(
            DBSnapshotIdentifier=name, DBInstanceIdentifier=account.names.name, Tags=list(tags)
        )
    except ClientError as error:
        if not missing(error, "DBSnapshotAlreadyExists"):  # an answer was lost, and the call was repeated
            raise
    return name
