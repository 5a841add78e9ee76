"""The command upgrade: another image, with a snapshot before it and the way back after it."""

from __future__ import annotations

from typing import Annotated

import typer

from environments import load
from environments.load import HOME
from operations import backup as _backup
from operations import database, image
from operations import deploy as _deploy
from operations.commands.shared import Folder, Name, Yes, account_of, asked
from operations.errors import PreconditionError
from operations.pinning import pin, require_digest
from operations.progress import next_command, say
from operations.reporting import reporting
from operations.synthesis import synthesize_one


def upgrade(
    name: Name,
    digest: Annotated[str, typer.Argument(help="Digest that `image` printed.")],
    *,
    snapshot: Annotated[bool, typer.Option(help="Take a snapshot of the metadata database first.")] = True,
    yes: Yes = False,
    folder: Folder = HOME,
) -> None:
    """Take a snapshot, write DIGEST into the file of NAME, migrate the database, deploy. Rehearse the upgrade first."""
    file = folder / f"{name}.yaml"
    with reporting() as report:
        account = account_of(report, name, folder, check=lambda _: require_digest(digest))
        image.check(account, {"imageDigest": digest})
        database.require_awake(account)
        question = f"Upgrade {name} to {digest}? The metadata database is migrated, and every Fargate task is replaced."
        if not asked(yes)(question):
            raise PreconditionError("nothing was upgraded")
        if load(file).airflow.image_digest != digest:
            taken = _backup.backup(account)["snapshot"] if snapshot else ""
            pin(file, digest)
            if taken:
                say(f"To restore the database as it was: {account.command('restore', '--snapshot', taken)}")
        account.environment = load(file)
        synthesize_one(file)
        _deploy.deploy(account, confirm=asked(yes))
        next_command(f"{account.command('verify')}, then commit {account.file}")
