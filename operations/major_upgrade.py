"""A new major version of PostgreSQL: the database is checked, a snapshot is taken, and the result is checked.

The checks are those of AWS that a query can answer:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.interruptions import major_upgrade

from operations import backup, migrate
from operations.account import Account
from operations.errors import OperationError, PreconditionError
from operations.one_off_task import run
from operations.progress import say, step

REPORT, EVENT = "database-report", "database"
OBSTACLES = {
    "prepared_transactions": "prepared transactions are open. Fix: COMMIT PREPARED or ROLLBACK PREPARED each",
    "replication_slots": "logical replication slots exist. Fix: SELECT pg_drop_replication_slot(NAME) for each",
    "unsupported_columns": "columns have a reg* type that pg_upgrade does not keep. Fix: change their type",
}


class MajorUpgrade:
    """The upgrade in a plan of the foundation; nothing happens when the plan has none."""

    def __init__(self, account: Account) -> None:
        self._account, self._target = account, ""

    def prepare(self, shown: Mapping[str, Any]) -> None:
        """Check the database and take a snapshot, before the plan ``shown`` is applied.

        Raises:
            PreconditionError: the database cannot be upgraded as it is.
            OperationError: the database cannot be checked, or the snapshot failed.
        """
        found = major_upgrade(shown)
        if found is None:
            return
        before, after = found
        report = self._report(f"check the database before PostgreSQL {after}")
        problems = list(obstacles(report))
        if problems:
            lines = "".join(f"\n  {problem}" for problem in problems)
            raise PreconditionError(
                f"the database cannot be upgraded to PostgreSQL {after}; nothing was applied:{lines}"
            )
        _show_connections(report)
        with step(f"snapshot of PostgreSQL {before}"):
            snapshot = str(backup.take(self._account)["DBSnapshotIdentifier"])
        say(
            f'To roll back: create an environment with database.engine_version: "{before}", then '
            f"{self._account.command('restore', '--snapshot', snapshot, '--into', 'ENVIRONMENT')}"
        )
        self._target = after

    def check(self) -> None:
        """Check the upgraded database: components can log in, and which extensions are older than the server's.

        Raises:
            OperationError: no component can log in, or the version is another one.
        """
        if not self._target:
            return
        report = self._report(f"check the database after the upgrade to PostgreSQL {self._target}")
        version = str(report["postgresql"])
        if version.split(".", maxsplit=1)[0] != self._target:
            raise OperationError(
                f"the database is PostgreSQL {version}, not {self._target}. Fix: read the upgrade log in "
                f"/aws/rds/instance/{self._account.names.name}/upgrade, then {self._account.command('deploy')}"
            )
        for name in _outdated(report):
            say(f"extension {name} is older than the server's. Run: ALTER EXTENSION {name} UPDATE")

    def _report(self, text: str) -> dict[str, Any]:
        with step(text):
            ended = run(self._account, migrate.PROCESS, command=(REPORT,))
        found = ended.event(EVENT)
        if ended.exit_code != 0 or found is None:
            raise OperationError(
                f"{text}: exit code {ended.exit_code}. {ended.reason}\n{ended.tail}\nFix: correct the cause. If the "
                f"image has no command {REPORT}, deploy a current image first, with the old version of PostgreSQL"
            )
        return found


def obstacles(report: Mapping[str, Any]) -> Iterator[str]:
    """A line for each reason why RDS would not upgrade the database, with its fix."""
    for name, text in OBSTACLES.items():
        if report[name]:
            yield f"{report[name]} {text}"
    for name in _outdated(report):
        installed, offered = report["extensions"][name]
        yield f"extension {name} is {installed}, the server has {offered}. Fix: ALTER EXTENSION {name} UPDATE"


def _outdated(report: Mapping[str, Any]) -> list[str]:
    return sorted(name for name, (installed, offered) in report["extensions"].items() if installed != offered)


def _show_connections(report: Mapping[str, Any]) -> None:
    connections = report["connections"]
    shown = ", ".join(f"{name} {count}" for name, count in sorted(connections.items())) or "none"
    say(f"{sum(connections.values())} connections break during the upgrade: {shown}")
    say(f"extensions: {', '.join(f'{name} {found[0]}' for name, found in sorted(report['extensions'].items()))}")
