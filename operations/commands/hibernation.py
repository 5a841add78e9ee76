"""Commands that stop and start an environment: hibernate, wake."""

from __future__ import annotations

from environments.load import HOME
from operations import hibernation as _hibernation
from operations.commands.shared import Folder, Name, Yes, account_of, asked
from operations.errors import PreconditionError
from operations.progress import next_command
from operations.reporting import reporting


def hibernate(name: Name, yes: Yes = False, folder: Folder = HOME) -> None:
    """Stop every Fargate task and the database."""
    with reporting() as report:
        account = account_of(report, name, folder)
        kind = "the production environment " if account.environment.production else ""
        question = f"Stop every Fargate task and the database of {kind}{name}? Running Airflow tasks are interrupted."
        if not asked(yes)(question):
            raise PreconditionError("nothing was stopped")
        report.undo = account.command("wake")
        _hibernation.hibernate(account)
        next_command(account.command("wake"))


def wake(name: Name, folder: Folder = HOME) -> None:
    """Start the database, then the services."""
    with reporting() as report:
        account = account_of(report, name, folder)
        _hibernation.wake(account)
        next_command(account.command("verify"))
