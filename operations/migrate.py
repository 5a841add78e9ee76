"""C5: the metadata database brought to the image's schema, before any service is updated."""

from __future__ import annotations

import datetime
import json
from typing import Any

from operations.account import Account
from operations.errors import Failed
from operations.one_off_task import Ended, run
from operations.progress import say, step

PROCESS = "migrate"
RECORD = "schema"
ATTEMPTS = 2
"""Airflow's own lock around the schema gives up after two seconds: whoever loses it to a stranger tries once more."""


def migrate(account: Account) -> dict[str, Any]:
    """Run the migration, record what it did and print the way back; raises Failed when it fails twice.

    Two at once are safe: the migration waits for another one inside PostgreSQL.
    """
    for attempt in range(1, ATTEMPTS + 1):
        with step(f"migrate the metadata database (attempt {attempt} of {ATTEMPTS})"):
            ended = run(account, PROCESS)
        if ended.exit_code == 0:
            return _recorded(account, ended)
        say(f"migration ended with exit code {ended.exit_code}. {ended.reason}\n{ended.tail}")
    raise Failed(
        f"the migration failed; no service was updated and the old ones still run. Log group "
        f"{account.names.path}/{PROCESS}. Next: python -m operations migrate {account.environment.name}"
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
    say(f"the way back: {way_back(account, report)}")
    return record


def way_back(account: Account, report: dict[str, Any]) -> str:
    """The command that undoes the migration of ``report``."""
    if not report.get("from"):
        return str(report.get("way_back") or "none: the database was empty")
    return f"python -m operations downgrade {account.environment.name} {report['from']}"


def downgrade(account: Account, target: str) -> None:
    """Bring the schema back to ``target``, a revision or an Airflow version. Raises Failed when that fails."""
    with step(f"downgrade the metadata database to {target}"):
        ended = run(account, PROCESS, command=("downgrade", target))
    if ended.exit_code != 0:
        raise Failed(f"downgrade ended with exit code {ended.exit_code}. {ended.reason}\n{ended.tail}")
