"""Commands for the data of an environment: backup, backups, restore, rehearse-upgrade."""

from __future__ import annotations

from typing import Annotated

import typer

from environments.load import HOME
from operations import backup as _backup
from operations import restore_source
from operations.account import Account
from operations.commands.shared import (
    Folder,
    Json,
    Name,
    Yes,
    account_of,
    account_without_check,
    asked,
    environment_name,
    print_json,
)
from operations.progress import next_command, say
from operations.rehearsal import rehearse, require_possible
from operations.reporting import reporting
from operations.restore import restore as _restore
from operations.restore_arguments import require_arguments


def backup(name: Name, json: Json = False, folder: Folder = HOME) -> None:
    """Take a snapshot of the metadata database and wait for it; running Airflow is not interrupted."""
    with reporting() as report:
        account = account_of(report, name, folder)
        found = _backup.backup(account)
        command = account.command("restore", "--snapshot", found["snapshot"])
        if json:
            print_json({**found, "restore": command})
        else:
            say(f"{found['snapshot']}: {found['size_gib']} GiB, PostgreSQL {found['postgresql']}")
        say(f"To restore it: {command}")
        next_command(account.command("backups"))


def backups(name: Name, json: Json = False, folder: Folder = HOME) -> None:
    """List the snapshots of the metadata database, newest first."""
    with reporting() as report:
        account = account_of(report, name, folder)
        found = _backup.backups(account)
        if json:
            print_json(found)
            return
        for snapshot in found:
            print(f"{snapshot['taken']}  {snapshot['kind']:<9}  {snapshot['status']:<9}  {snapshot['snapshot']}")
        say(f"{len(found)} snapshots")
        next_command(account.command(*(["restore", "--snapshot", "NAME"] if found else ["backup"])))


def restore(
    name: Name,
    *,
    snapshot: Annotated[str, typer.Option(help="A snapshot that `backups` lists.")] = "",
    time: Annotated[str, typer.Option(help="A point in time in UTC: 2026-11-28T02:10:00.")] = "",
    into: Annotated[
        str, typer.Option(help="Replace the database of this environment, not of NAME.", callback=environment_name)
    ] = "",
    copy_fernet_key: Annotated[
        bool, typer.Option("--copy-fernet-key", help="With --into: store the Fernet key of NAME there too.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
    folder: Folder = HOME,
) -> None:
    """Replace the metadata database by a snapshot or a point in time of NAME; the old instance is kept.

    Steps: copy the snapshot if the key or the region differs; restore it next to the old instance, with the settings
    and the password of the old instance; stop the services; rename both instances; write the new instance into
    Terraform's state; migrate; start the services.
    """

    def check(found: Account) -> None:
        require_arguments(found, snapshot=snapshot, time=time, into=into, copy_keys=copy_fernet_key)
        account_without_check(into or name, folder)

    with reporting() as report:
        account = account_of(report, name, folder, check=check)
        target = account_of(report, into, folder) if into else account
        read = restore_source.from_snapshot if snapshot else restore_source.from_time
        done = _restore(read(account, snapshot or time), target, confirm=asked(yes), copy_keys=copy_fernet_key)
        if json:
            print_json(done)
        previous = done["previous"]
        say(
            f"The replaced instance {previous} still costs money. To delete it with a last snapshot, which can be "
            f"restored: aws rds modify-db-instance --db-instance-identifier {previous} --no-deletion-protection && "
            f"aws rds delete-db-instance --db-instance-identifier {previous} --final-db-snapshot-identifier "
            f"{previous}-final"
        )
        next_command(target.command(*(["rotate", "fernet"] if done["rotate"] else ["verify"])))


def rehearse_upgrade(
    name: Name,
    image: Annotated[
        str, typer.Option(help="Digest or tag of an image in the repository; the image of the file when absent.")
    ] = "",
    json: Json = False,
    folder: Folder = HOME,
) -> None:
    """Migrate a copy of the metadata database with another image, print the times, delete the copy. No interruption."""
    with reporting() as report:
        account = account_of(report, name, folder, check=lambda found: require_possible(found, wanted=image))
        done = rehearse(account, wanted=image)
        if json:
            print_json(done)
        next_command(done["roll_out"])
