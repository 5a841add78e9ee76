"""Commands for releases of DAG files: dags release, rollback, list."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from environments.load import HOME
from operations.commands.shared import Folder, Json, Name, account_of, print_items
from operations.dag_releases import KEPT, DagReleases, require_delivery, require_release
from operations.progress import next_command, say
from operations.reporting import reporting

app = typer.Typer(no_args_is_help=True, help="Releases of DAG files in S3 (dags.delivery: s3).")


@app.command()
def release(
    name: Name,
    dags: Annotated[Path, typer.Option(help="Folder of the DAG files.")] = Path("dags"),
    keep: Annotated[
        int, typer.Option(help="Number of releases to keep; the current release is always kept.", min=1)
    ] = KEPT,
    folder: Folder = HOME,
) -> None:
    """Upload the DAG files of a folder and make them the current release. Prints the version."""
    with reporting() as report:
        account = account_of(report, name, folder, check=lambda found: require_release(found, dags))
        print(DagReleases(account).release(dags, keep=keep))
        say(f"components follow within {account.environment.dags.interval_seconds} s")
        next_command(f"{account.command('dags list')} (back: {account.command('dags rollback')})")


@app.command()
def rollback(
    name: Name,
    version: Annotated[str | None, typer.Argument(help="Version; the one before the current when absent.")] = None,
    folder: Folder = HOME,
) -> None:
    """Make an earlier release the current one. Prints the version."""
    with reporting() as report:
        account = account_of(report, name, folder, check=require_delivery)
        print(DagReleases(account).rollback(version))
        say(f"components follow within {account.environment.dags.interval_seconds} s")
        next_command(account.command("dags list"))


@app.command(name="list")
def list_(name: Name, json: Json = False, folder: Folder = HOME) -> None:
    """List the releases, the newest first; * is the current one."""
    with reporting() as report:
        account = account_of(report, name, folder, check=require_delivery)
        releases = DagReleases(account)
        current, following = releases.current(), account.command("dags release", "--dags", "FOLDER")
        if json:
            items = ({**asdict(item), "current": item.version == current} for item in releases.all())
            print_items("dags list", name, items, ok=True, next_=following)
        else:
            for item in releases.all():
                mark = "*" if item.version == current else " "
                print(f"{mark} {item.version}  {item.uploaded:%Y-%m-%d %H:%M:%S} UTC  {item.size:>11,} bytes")
        next_command(following)
