"""Rehearses an Airflow upgrade: a new image migrates a copy of the metadata database while Airflow runs.

The copy, its snapshot and its task definition are deleted at the end, also after an error or Ctrl-C. A later rehearsal
deletes first what an earlier one had to leave.
"""

from __future__ import annotations

import re
from typing import Any

from operations import backup, image, migrate, restore_source
from operations import database as _database
from operations import rehearsal_resources as resources
from operations.account import Account
from operations.errors import OperationError, PreconditionError
from operations.one_off_task import Ended, definition, run
from operations.progress import say, step

PREVIOUS, SNAPSHOT, COPY, MIGRATION, CHECK, CLEANED = (
    "copy of an earlier rehearsal deleted",
    "snapshot",
    "copy",
    "migration of the copy",
    "check of the copy",
    "copy deleted",
)
ADDRESS = "AIRFLOW_DB_HOST"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
"""https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageIdentifier.html"""


def rehearse(account: Account, *, wanted: str = "") -> dict[str, Any]:
    """Migrate a copy of the database with an image, and report the durations and the commands of the roll-back.

    Args:
        wanted: digest or tag of an image in the repository; the image of the environment file when empty.

    Raises:
        PreconditionError: the image, the database or the migration's task definition does not exist, or Airflow logs in
            to the database with IAM tokens, which only the original accepts.
        OperationError: the migration of the copy failed; the environment was not changed.

    Returns:
        ``image``, revisions ``from`` and ``to``, ``seconds`` of each step, commands ``roll_out`` and ``way_back``.
    """
    require_possible(account, wanted=wanted)
    digest = image.check(account, _image_name(wanted))
    current, migration = _database.describe(account), definition(account, migrate.PROCESS)
    account.steps.plan(PREVIOUS, SNAPSHOT, COPY, MIGRATION, CHECK, CLEANED)
    with account.steps.run(PREVIOUS):
        resources.delete(account)
    try:
        seconds: dict[str, float | None] = {"copy": _copy(account, current)}
        family = resources.register(account, _with(migration, account, digest))
        migrated, seconds["migrate"] = _run(account, MIGRATION, family)
        _, seconds["check"] = _run(account, CHECK, family, "airflow", "db", "check")
    finally:
        with account.steps.run(CLEANED), step("delete the copy"):
            resources.delete(account)
    return _result(account, digest, migrated.event("migrated") or {}, seconds)


def require_possible(account: Account, *, wanted: str) -> None:
    """Raise PreconditionError, without AWS, when ``wanted`` names no image, or no task could log in to the copy."""
    _image_name(wanted)
    if account.environment.database.authentication == "iam":
        raise PreconditionError(
            f"{account.names.name} logs in to its database with IAM tokens, and the permission to log in names this "
            f"database: no Fargate task can log in to a copy. Fix: rehearse in another environment, whose "
            f"database.authentication is password; before the upgrade of this one, {account.command('backup')}"
        )


def _image_name(wanted: str) -> dict[str, str] | None:
    if not wanted:
        return None
    if DIGEST.fullmatch(wanted):
        return {"imageDigest": wanted}
    if TAG.fullmatch(wanted):
        return {"imageTag": wanted}
    raise PreconditionError(
        f"--image {wanted!r} is neither a tag nor a digest. Fix: give a tag, or sha256:<64 hexadecimal digits>"
    )


def _copy(account: Account, current: dict[str, Any]) -> float:
    """Restore a fresh snapshot next to the original; returns the seconds it took."""
    name, tags = resources.identifier(account), resources.tags(account, current)
    began = resources.now()
    with account.steps.run(SNAPSHOT), step(f"snapshot {name}"):
        backup.order(account, name=name, tags=tags)
        backup.wait(account, name)
    with account.steps.run(COPY), step(f"copy {name}"):
        source = restore_source.from_snapshot(account, name)
        single = {"MultiAZ": False, "DeletionProtection": False, "EnableCloudwatchLogsExports": None}
        restore_source.order(source, account, current, identifier=name, Tags=tags, **single)
        _database.wait_for_restored(account, name)
    return resources.now() - began


def _with(found: dict[str, Any], account: Account, digest: str) -> dict[str, Any]:
    """The migration's task definition with another image and the address of the copy."""
    copy = _database.find(account, resources.identifier(account)) or {}
    main, *others = found["containerDefinitions"]
    kept = [variable for variable in main.get("environment", ()) if variable["name"] != ADDRESS]
    changed = {
        **main,
        "image": f"{resources.repository(account)}@{digest}",
        "environment": [*kept, {"name": ADDRESS, "value": copy["Endpoint"]["Address"]}],
    }
    return {**found, "containerDefinitions": [changed, *others]}


def _run(account: Account, name: str, family: str, *command: str) -> tuple[Ended, float | None]:
    # The copy admits the clients of the original. Behind RDS Proxy that is the proxy only.
    groups = [f"{account.names.name}-database-proxy"] if account.environment.database.proxy else []
    with account.steps.run(name), step(name):
        ended = run(account, migrate.PROCESS, command=command, family=family, groups=groups)
        if ended.exit_code != 0:
            raise OperationError(
                f"{name} ended with exit code {ended.exit_code}. {ended.reason}\n{ended.tail}\nThe environment was not "
                f"changed. Fix: correct the cause in the image, then {account.command('image')}"
            )
    return ended, ended.seconds


def _result(account: Account, digest: str, event: dict[str, Any], seconds: dict[str, float | None]) -> dict[str, Any]:
    before, after = event.get("from"), event.get("to")
    changes = bool(before) and before != after
    back = migrate.way_back(account, event) if changes else "not needed: the schema stays the same"
    for name, value in seconds.items():
        say(f"{name}: {'unknown' if value is None else f'{value:.0f} s'}")
    say(f"schema: {before or 'unknown'} -> {after or 'unknown'}")
    roll_out = f"{account.command('pin', digest)} && {account.command('deploy')}"
    say(f"To roll out: {roll_out}")
    say(f"To undo the migration after the roll-out: {back}")
    return {"image": digest, "from": before, "to": after, "seconds": seconds, "roll_out": roll_out, "way_back": back}
