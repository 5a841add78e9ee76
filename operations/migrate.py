"""Migrates the metadata database to the schema of the image, before any service is updated."""

from __future__ import annotations

import datetime
import json
from typing import Any

from operations.account import Account
from operations.errors import OperationError
from operations.one_off_task import Ended, run
from operations.progress import say, step

PROCESS = "migrate"
RECORD = "schema"
ATTEMPTS = 2
"""Airflow's schema lock times out after two seconds, so a migration that meets another one is tried once more."""


def migrate(account: Account) -> dict[str, Any]:
    """Run the migration, record its result and print the command that undoes it.

    Two concurrent migrations are safe: the second waits for a lock in PostgreSQL.

    Raises:
        OperationError: the migration failed twice.
    """
    for attempt in range(1, ATTEMPTS + 1):
        with step(f"migrate the metadata database (attempt {attempt} of {ATTEMPTS})"):
            ended = run(account, PROCESS)
        if ended.exit_code == 0:
            return _recorded(account, ended)
        say(f"migration ended with exit code {ended.exit_code}. {ended.reason}\n{ended.tail}")
    raise OperationError(
        f"the migration failed; no service was updated, and the old Fargate tasks still run. Fix: read the log group "
        f"{account.names.path}/{PROCESS}, correct the cause, then {account.command('migrate')}"
    )


def _recorded(account: Account, ended: Ended) -> dict[str, Any]:
    report = ended.event("migrated") or {"event": "migrated", "from": None, "to": None, "way_back": "see the log"}
    record = {**report, "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "task": ended.task}
    account.client("ssm").put_parameter(
        Name=account.names.parameter(RECORD),
        Description="What the last migration of the metadata database did",
        Value=json.dumps(record),
        Type="String",
        Overwrite=True,
    )
    say(f"schema: {report.get('from') or 'empty'} -> {report.get('to') or 'unknown'}")
    say(f"To undo the migration: {way_back(account, report)}")
    return record


def is_recorded(account: Account) -> bool:
    """Whether a migration ever succeeded: before that the environment holds no data."""
    return bool(account.client("ssm").get_parameters(Names=[account.names.parameter(RECORD)])["Parameters"])


def way_back(account: Account, report: dict[str, Any]) -> str:
    """The command that undoes the migration that ``report`` describes."""
    if not report.get("from"):
        return str(report.get("way_back") or "not possible: the database was empty before")
    return account.command("downgrade", report["from"])


def downgrade(account: Account, target: str) -> None:
    """Downgrade the schema to ``target``, a revision or an Airflow version. Raises OperationError when it fails."""
    with step(f"downgrade the metadata database to {target}"):
        ended = run(account, PROCESS, command=("downgrade", target))
    if ended.exit_code != 0:
        raise OperationError(f"downgrade ended with exit code {ended.exit_code}. {ended.reason}\n{ended.tail}")
