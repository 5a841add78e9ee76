"""Commands for the schema of the metadata database: migrate, downgrade."""

from __future__ import annotations

from typing import Annotated

import typer

from environments.load import HOME
from operations import migrate as _migrate
from operations.commands.shared import Folder, Name, Yes, account_of, asked
from operations.errors import PreconditionError
from operations.progress import next_command
from operations.reporting import reporting


def migrate(name: Name, folder: Folder = HOME) -> None:
    """Migrate the metadata database to the schema of the image."""
    with reporting() as report:
        account = account_of(report, name, folder)
        _migrate.migrate(account)
        next_command(account.command("deploy"))


def downgrade(
    name: Name,
    target: Annotated[str, typer.Argument(help="Revision, such as fe199e1abd77, or Airflow version, such as 3.2.0.")],
    yes: Yes = False,
    folder: Folder = HOME,
) -> None:
    """Downgrade the schema to TARGET: a revision that `migrate` printed, or an Airflow version."""
    with reporting() as report:
        account = account_of(report, name, folder)
        if not asked(yes)(
            f"Downgrade the metadata database of {name} to {target}? Data that only the newer schema has is lost."
        ):
            raise PreconditionError("nothing was downgraded")
        _migrate.downgrade(account, target)
        next_command(f"set airflow.image_digest in {account.file} to the older image, {account.command('deploy')}")
