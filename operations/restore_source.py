"""What a restore takes its data from: a snapshot, or a point in time of the continuous backup."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations import backup, database
from operations.account import Account
from operations.errors import PreconditionError
from operations.progress import say, step
from operations.restore_arguments import parse

BEFORE = "-before-"
"""Part of the identifier that a replaced instance gets: ``airflow-dev-before-20261128t0210``."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The data of a restore.

    Args:
        account: the environment whose data it is.
        snapshot: identifier of a snapshot; empty for a point in time.
        taken: the time that the data is from.
        key: KMS key that encrypts it.
        version: version of PostgreSQL.
        size_gib: storage.
        instance: for a point in time, the instance whose backup contains the time.
        resource: resource id of that instance, which names its backup after the instance was deleted.
    """

    account: Account
    snapshot: str = ""
    taken: datetime.datetime
    key: str | None
    version: str
    size_gib: int
    instance: str = ""
    resource: str = ""

    @property
    def text(self) -> str:
        """The source as messages name it, and as the record of a restore in progress keeps it."""
        name = self.account.environment.name
        return f"snapshot {self.snapshot}" if self.snapshot else f"{name} at {self.taken:%Y-%m-%dT%H:%M:%SZ}"


def from_snapshot(account: Account, name: str) -> Source:
    """Raises PreconditionError when the snapshot does not exist, is not ready or is not encrypted PostgreSQL."""
    found = backup.find(account, name)
    if found is None:
        raise PreconditionError(
            f"no snapshot {name!r} in {account.environment.region}. Fix: {account.command('backups')} lists them"
        )
    taken = backup.taken_at(found)
    if found["Status"] != backup.READY or taken is None:
        raise PreconditionError(f"snapshot {name} is {found['Status']}. Fix: wait until it is {backup.READY}")
    if found["Engine"] != "postgres":
        raise PreconditionError(f"snapshot {name} is of {found['Engine']}. Fix: name a snapshot of PostgreSQL")
    return Source(
        account=account,
        snapshot=name,
        taken=taken,
        key=found.get("KmsKeyId"),
        version=str(found["EngineVersion"]),
        size_gib=int(found["AllocatedStorage"]),
    )


def from_time(account: Account, text: str) -> Source:
    """Find the backup that contains the time ``text``, that of an instance which a restore replaced too.

    Raises:
        PreconditionError: no backup contains the time; the message lists the windows.
    """
    when = parse(text)
    windows = []
    for found in _automated_backups(account):
        window = found.get("RestoreWindow") or {}
        earliest, latest = window.get("EarliestTime"), window.get("LatestTime")
        if earliest is None or latest is None:
            continue
        if earliest <= when <= latest:
            return Source(
                account=account,
                instance=found["DBInstanceIdentifier"],
                resource=found["DbiResourceId"],
                taken=when,
                key=found.get("KmsKeyId"),
                version=str(found["EngineVersion"]),
                size_gib=int(found["AllocatedStorage"]),
            )
        windows.append(f"{found['DBInstanceIdentifier']}: {earliest:%Y-%m-%dT%H:%M:%SZ} to {latest:%Y-%m-%dT%H:%M:%SZ}")
    shown = "; ".join(windows) or "none, because database.backup_retention_days is 0"
    raise PreconditionError(
        f"no backup covers --time {text}. Backups: {shown}. Fix: name a time within them, or use --snapshot "
        f"({account.command('backups')} lists the snapshots)"
    )


def _automated_backups(account: Account) -> list[dict[str, Any]]:
    name = account.names.name
    pages = account.client("rds").get_paginator("describe_db_instance_automated_backups").paginate()
    found = [item for page in pages for item in page["DBInstanceAutomatedBackups"]]
    return [
        item
        for item in found
        if item["DBInstanceIdentifier"] == name or item["DBInstanceIdentifier"].startswith(name + BEFORE)
    ]


def require_fitting(source: Source, target: Account, current: Mapping[str, Any]) -> None:
    """Reject data that the database of ``target``, described by ``current``, cannot be replaced with.

    Raises:
        PreconditionError: another account, another major version, or another KMS key at a point in time.
    """
    mine, theirs = target.environment, source.account.environment
    if mine.account_id != theirs.account_id:
        raise PreconditionError(
            f"{mine.name} is in account {mine.account_id}, {theirs.name} in {theirs.account_id}. Fix: share a copy of "
            f"the snapshot with account {mine.account_id}, encrypted with a KMS key that it may use, then restore it "
            f"with the credentials of {mine.name}: {target.command('restore', '--snapshot', 'COPY')}"
        )
    wanted, got = str(current["EngineVersion"]).split(".")[0], source.version.split(".")[0]
    if wanted != got:
        raise PreconditionError(
            f"{source.text} is of PostgreSQL {got}, {mine.name} runs {wanted}. Fix: restore it into an environment "
            f'with database.engine_version: "{got}"'
        )
    if not source.snapshot and needs_copy(source, target, current):
        raise PreconditionError(
            f"a restore to a point in time keeps the KMS key and the region of {theirs.name}, but {mine.name} has "
            f"another key or region. Fix: {source.account.command('backup')}, then restore that snapshot"
        )


def needs_copy(source: Source, target: Account, current: Mapping[str, Any]) -> bool:
    """Whether the data is encrypted with another key than that of ``target``, or is in another region."""
    elsewhere = source.account.environment.region != target.environment.region
    return elsewhere or source.key != current.get("KmsKeyId")


def copy_name(source: Source, target: Account) -> str:
    """Identifier of the copy of a snapshot that :func:`prepare` makes."""
    return f"{target.names.name}-restore-{source.snapshot.replace(':', '-')}"


def prepare(source: Source, target: Account, current: Mapping[str, Any]) -> str:
    """Return a snapshot with the key and in the region of ``target``: the snapshot itself, or a copy of it."""
    if not needs_copy(source, target, current):
        return source.snapshot
    name = copy_name(source, target)
    if backup.find(target, name) is None:
        found = backup.find(source.account, source.snapshot) or {}
        region = source.account.environment.region
        target.client("rds").copy_db_snapshot(
            SourceDBSnapshotIdentifier=found["DBSnapshotArn"],
            TargetDBSnapshotIdentifier=name,
            KmsKeyId=current["KmsKeyId"],
            **({"SourceRegion": region} if region != target.environment.region else {}),
        )
        say(f"copying the snapshot with the KMS key of {target.environment.name}")
    with step(f"copy {name}"):
        backup.wait(target, name)
    return name


def discard_copy(source: Source, target: Account) -> None:
    """Delete the copy that :func:`prepare` made."""
    if source.snapshot and backup.find(target, copy_name(source, target)):
        target.client("rds").delete_db_snapshot(DBSnapshotIdentifier=copy_name(source, target))


def order(source: Source, target: Account, current: Mapping[str, Any], *, identifier: str, **changes: Any) -> None:
    """Start the restore into a new instance ``identifier`` with the network and the settings of ``current``.

    Args:
        changes: settings that differ from those of ``current``, as boto3 names them.
    """
    rds = target.client("rds")
    settings = {
        "DBInstanceClass": current["DBInstanceClass"],
        "DBSubnetGroupName": current.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "VpcSecurityGroupIds": [group["VpcSecurityGroupId"] for group in current.get("VpcSecurityGroups", ())],
        "DBParameterGroupName": next(
            (group["DBParameterGroupName"] for group in current.get("DBParameterGroups", ())), None
        ),
        "AllocatedStorage": max(int(current["AllocatedStorage"]), source.size_gib),
        "StorageType": current.get("StorageType"),
        "MultiAZ": current.get("MultiAZ"),
        "EnableCloudwatchLogsExports": current.get("EnabledCloudwatchLogsExports"),
        "CopyTagsToSnapshot": current.get("CopyTagsToSnapshot"),
        "AutoMinorVersionUpgrade": current.get("AutoMinorVersionUpgrade"),
        "PubliclyAccessible": False,
        "Tags": current.get("TagList"),
        **changes,
    }
    given = {key: value for key, value in settings.items() if value not in (None, [])}
    if source.snapshot:
        snapshot = prepare(source, target, current)
        rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=identifier, DBSnapshotIdentifier=snapshot, **given
        )
        return
    exists = database.find(target, source.instance) is not None
    where = {"SourceDBInstanceIdentifier": source.instance} if exists else {"SourceDbiResourceId": source.resource}
    rds.restore_db_instance_to_point_in_time(
        TargetDBInstanceIdentifier=identifier, RestoreTime=source.taken, **where, **given
    )
