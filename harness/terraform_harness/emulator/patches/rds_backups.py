"""RDS: the continuous backup of an instance, and its restore to a point in time."""

from __future__ import annotations

import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.rds.models import DBInstance, RDSBackend

from terraform_harness.emulator.patches.patch import patch, service_error

_list = RDSBackend.describe_db_instance_automated_backups
_save = DBInstance.save_automated_backup
_restore = RDSBackend.restore_db_instance_to_point_in_time


@patch(RDSBackend, reason="moto lists automated backups without resource id and times, so that no time can be chosen")
def describe_db_instance_automated_backups(self: Any, db_instance_identifier: str | None = None, **_: Any) -> list[Any]:
    existing = [
        _backup(database)
        for name, database in self.databases.items()
        if database.backup_retention_period and db_instance_identifier in {None, name}
    ]
    listed = _list(self, db_instance_identifier=db_instance_identifier)
    return [*existing, *(found for found in listed if found.status == "retained")]


def _backup(database: Any) -> dict[str, Any]:
    now = utcnow()
    earliest = max(database.instance_create_time, now - datetime.timedelta(days=database.backup_retention_period))
    return {
        "DBInstanceIdentifier": database.db_instance_identifier,
        "DBInstanceArn": database.db_instance_arn,
        "DbiResourceId": database.dbi_resource_id,
        "RestoreWindow": {"EarliestTime": earliest, "LatestTime": now},
        "Status": "active",
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "AllocatedStorage": database.allocated_storage,
        "BackupRetentionPeriod": database.backup_retention_period,
        "Encrypted": database.storage_encrypted,
        "KmsKeyId": database.kms_key_id,
    }


@patch(
    RDSBackend,
    reason="moto finds the source by its name only, restores instances without backup, and calls a restored one "
    "a read replica, which the second plan changes",
)
def restore_db_instance_to_point_in_time(self: Any, source: str | None, target: str, overrides: Any) -> Any:
    resource = overrides.get("source_dbi_resource_id")
    named = [name for name, database in self.databases.items() if resource and database.dbi_resource_id == resource]
    name = named[0] if named else source
    if name in self.databases and not self.databases[name].backup_retention_period:
        raise service_error(
            service="rds",
            code="PointInTimeRestoreNotEnabled",
            message=f"Point in time restore is not enabled for {name}.",
        )
    database = _restore(self, name, target, overrides)
    database.source_db_instance_identifier = None
    return database


@patch(DBInstance, reason="moto names automated snapshots by the minute, and rejects the second restore of a minute")
def save_automated_backup(self: Any) -> None:
    name = f"rds:{self.db_instance_identifier}-{utcnow():%Y-%m-%d-%H-%M}"
    if name not in self.backend.database_snapshots:
        _save(self)
