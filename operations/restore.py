"""Replaces the metadata database of an environment by a snapshot or a point in time, its own or another one's.

The restored instance is created next to the old one. Then the services stop, both instances change their names, and
Terraform's state follows, so that addresses, security groups and the next plan stay as they are. The old instance stays
until people delete it. A parameter records a restore in progress; each step looks in AWS at what is already done.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from operations import database, database_proxy, hibernation, migrate, restored_keys, restored_logins, restored_state
from operations.account import Account
from operations.errors import OperationError, PreconditionError
from operations.parameters import Parameters
from operations.progress import say, step, wait_for
from operations.restore_source import BEFORE, Source, discard_copy, order, require_fitting
from operations.stacks import Confirm

RECORD = "restore"
STAMP = "%Y%m%dt%H%M"
POLL_SECONDS = 15
TIMEOUT_SECONDS = 7200
COPY, SETTINGS, STOPPED, SWITCH, STATE, KEYS, MIGRATION, STARTED, CLEANED = (
    "restored instance",
    "settings and password",
    "services stopped",
    "names switched",
    "Terraform state",
    "Fernet keys",
    "migration",
    "services started",
    "record removed",
)


def restore(source: Source, target: Account, *, confirm: Confirm, copy_keys: bool = False) -> dict[str, Any]:
    """Replace the database of ``target``; returns what was done, for ``--json``.

    Args:
        source: the data; of ``target`` or of another environment.
        confirm: asks the user a question.
        copy_keys: whether the Fernet key of another environment may be stored in ``target``.

    Raises:
        PreconditionError: the source does not fit, or the user says no; nothing was changed.
        OperationError: a step failed; the same command continues.
    """
    record = _record(source, target, confirm=confirm, copy_keys=copy_keys)
    steps, previous = target.steps, f"{target.names.name}{BEFORE}{record['at']}"
    steps.plan(COPY, SETTINGS, STOPPED, SWITCH, STATE, KEYS, MIGRATION, STARTED, CLEANED)
    current = _replaced(target, record)
    with steps.run(COPY):
        restored = _restored(source, target, record, current)
    with steps.run(SETTINGS), step("settings and password of the restored instance"):
        _configure(target, restored, current)
    with steps.run(STOPPED):
        hibernation.forbid_scaling(target)
        hibernation.stop_services(target)
    with steps.run(SWITCH), step("switch the names of both instances"):
        _start(target, record["replaces"])
        rename(target, record["replaces"], previous)
        rename(target, restored, target.names.name)
        database_proxy.follow(target)
    with steps.run(STATE):
        restored_state.adopt(target, restored)
        restored_logins.follow(target, record["replaces"], restored)
    with steps.run(KEYS):
        several = restored_keys.add_keys(source.account, target, taken=source.taken)
    with steps.run(MIGRATION):
        migrate.migrate(target)
    with steps.run(STARTED):
        hibernation.allow_scaling(target)
        hibernation.start_services(target)
    with steps.run(CLEANED):
        discard_copy(source, target)
        Parameters(target).delete(RECORD)
    return {"restored": source.text, "environment": target.environment.name, "previous": previous, "rotate": several}


def _record(source: Source, target: Account, *, confirm: Confirm, copy_keys: bool) -> dict[str, str]:
    """The record of the restore that this run continues, or of a new one that the user agreed to."""
    found = _in_progress(target)
    if found is None:
        current = database.describe(target)
        require_fitting(source, target, current)
        restored_keys.require_readable(source.account, target, taken=source.taken, copy=copy_keys)
        name = target.environment.name
        if not confirm(
            f"Replace the metadata database of {name} by {source.text} ({source.taken:%Y-%m-%d %H:%M} UTC)? Airflow "
            "stops; data that was written since then stays only in the old instance."
        ):
            raise PreconditionError("nothing was restored")
        now = datetime.datetime.now(datetime.UTC)
        found = {"source": source.text, "replaces": current["DbiResourceId"], "at": f"{now:{STAMP}}"}
        target.client("ssm").put_parameter(
            Name=target.names.parameter(RECORD),
            Description="The restore that is in progress",
            Value=json.dumps(found),
            Type="String",
        )
    elif found["source"] != source.text:
        raise PreconditionError(
            f"a restore of {found['source']} into {target.environment.name} is in progress. Fix: finish it first with "
            "the same arguments; or, to cancel it before the instances are renamed, delete the instance "
            f"{target.names.name}-restored and the parameter {target.names.parameter(RECORD)}, then "
            f"{target.command('wake')}"
        )
    else:
        say(f"the restore of {source.text} is continued")
    return found


def _in_progress(target: Account) -> dict[str, str] | None:
    found = target.client("ssm").get_parameters(Names=[target.names.parameter(RECORD)])["Parameters"]
    return dict(json.loads(found[0]["Value"])) if found else None


def _replaced(target: Account, record: Mapping[str, str]) -> dict[str, Any]:
    """The instance that is replaced, under its first or its new name: the restored one gets its settings."""
    found = database.find_resource(target, record["replaces"])
    if found is None:
        raise OperationError(
            f"the replaced instance {record['replaces']} was deleted while the restore was in progress. Fix: delete "
            f"the parameter {target.names.parameter(RECORD)}, then {target.command('deploy')}"
        )
    return found


def _restored(source: Source, target: Account, record: Mapping[str, str], current: Mapping[str, Any]) -> str:
    """Resource id of the restored instance, which this or an earlier run created."""
    switched = database.find(target, target.names.name)
    if switched and switched["DbiResourceId"] != record["replaces"]:
        return str(switched["DbiResourceId"])
    identifier = f"{target.names.name}-restored"
    if database.find(target, identifier) is None:
        order(source, target, current, identifier=identifier)

    with step(f"restore {source.text}"):
        return str(database.wait_for_restored(target, identifier)["DbiResourceId"])


def _configure(target: Account, resource: str, current: Mapping[str, Any]) -> None:
    """Give the restored instance the settings of the replaced one, which a restore does not take over."""
    interval = current.get("MonitoringInterval", 0)
    monitoring = {"MonitoringInterval": interval, "MonitoringRoleArn": current.get("MonitoringRoleArn")}
    insights = {
        "EnablePerformanceInsights": True,
        "PerformanceInsightsKMSKeyId": current.get("PerformanceInsightsKMSKeyId"),
        "PerformanceInsightsRetentionPeriod": current.get("PerformanceInsightsRetentionPeriod"),
    }
    kept = ("BackupRetentionPeriod", "PreferredBackupWindow", "PreferredMaintenanceWindow", "DeletionProtection")
    settings = {
        **{key: current.get(key) for key in (*kept, "CopyTagsToSnapshot", "MaxAllocatedStorage")},
        "EnableIAMDatabaseAuthentication": target.environment.database.authentication == "iam" or None,
        **(monitoring if interval else {}),
        **(insights if current.get("PerformanceInsightsEnabled") else {}),
    }
    found = database.find_resource(target, resource) or {}
    target.client("rds").modify_db_instance(
        DBInstanceIdentifier=found["DBInstanceIdentifier"],
        MasterUserPassword=Parameters(target).require("database-password").value,
        ApplyImmediately=True,
        **{key: value for key, value in settings.items() if value is not None},
    )

    def settled() -> bool | None:
        now = database.find_resource(target, resource) or {}
        return True if now.get("DBInstanceStatus") == "available" and not now.get("PendingModifiedValues") else None

    _wait(target, "the settings of the restored instance", settled)


def _start(target: Account, resource: str) -> None:
    """Start the replaced instance where it is stopped: AWS renames running instances only."""

    def running() -> bool | None:
        found = database.find_resource(target, resource) or {}
        if found.get("DBInstanceStatus") == "stopped":
            target.client("rds").start_db_instance(DBInstanceIdentifier=found["DBInstanceIdentifier"])
        return True if found.get("DBInstanceStatus") in {"available", "renaming"} else None

    _wait(target, "the replaced instance", running)


def rename(target: Account, resource: str, name: str) -> None:
    """Give the instance with a resource id another identifier, and wait until it has that."""

    def renamed() -> bool | None:
        found = database.find_resource(target, resource)
        if found is None or found["DBInstanceStatus"] != "available":
            return None
        if found["DBInstanceIdentifier"] == name:
            return True
        if not found.get("PendingModifiedValues", {}).get("DBInstanceIdentifier"):
            target.client("rds").modify_db_instance(
                DBInstanceIdentifier=found["DBInstanceIdentifier"], NewDBInstanceIdentifier=name, ApplyImmediately=True
            )
        return None

    _wait(target, f"the name {name}", renamed)


def _wait(target: Account, text: str, check: Any) -> Any:
    fix = f"Check: aws rds describe-events --source-type db-instance; {target.command('status')}"
    return wait_for(text, check, seconds=TIMEOUT_SECONDS, every=POLL_SECONDS, fix=fix, sleep=target.sleep)
