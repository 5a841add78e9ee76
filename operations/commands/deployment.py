"""Commands for the stacks of an environment: bootstrap, plan, deploy, destroy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from terraform_gate.interruptions import RULE

from environments.load import HOME
from operations import bootstrap as _bootstrap
from operations import deploy as _deploy
from operations import plan as _plan
from operations.commands.shared import Folder, Json, Name, Yes, account_of, asked, print_items
from operations.progress import next_command, say
from operations.reporting import reporting
from operations.reviewed import FILE as REVIEWED
from operations.reviewed import read_reviewed
from operations.synthesis import synthesize, synthesize_one


def bootstrap(name: Name, yes: Yes = False, folder: Folder = HOME) -> None:
    """Create the bucket of the Terraform states and the CI roles."""
    with reporting() as report:
        account = account_of(report, name, folder)
        synthesize(folder)
        _bootstrap.bootstrap(account, confirm=asked(yes))
        next_command(account.command("deploy"))


def plan(
    name: Name,
    out: Annotated[
        Path | None, typer.Option(help="Folder for STACK.plan.json and reviewed.json, which `deploy --reviewed` reads.")
    ] = None,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit 1 when the plan contains a change.")
    ] = False,
    json: Json = False,
    folder: Folder = HOME,
) -> None:
    """Plan both stacks and print the changes by effect. Applies nothing; exit 1 when deploy would reject the plan."""
    with reporting() as report:
        account = account_of(report, name, folder)
        synthesize_one(folder / f"{name}.yaml")
        planned = _plan.plan(account)
        if out:
            planned.write(out)
        reviewed = ("--reviewed", str(out / REVIEWED)) if out else ()
        fix = f"undo the rejected change in {account.file}, or add a waiver with rule {RULE} and the address"
        following = fix if planned.rejected else account.command("deploy", *reviewed)
        ok = not (planned.rejected or (expect_no_changes and planned.changes))
        if json:
            print_items("plan", name, planned.items, ok=ok, next_=following)
        else:
            print("\n".join(planned.lines))
        next_command(following)
        if not ok:
            raise typer.Exit(1)


def deploy(
    name: Name,
    reviewed: Annotated[
        Path | None, typer.Option(help="reviewed.json of `plan --out`: apply no change that it does not contain.")
    ] = None,
    yes: Yes = False,
    folder: Folder = HOME,
) -> None:
    """Deploy foundation, secrets, migration and services; reject a plan that loses data or interrupts users."""
    with reporting() as report:
        allowed = read_reviewed(reviewed, environment=name) if reviewed else None
        account = account_of(report, name, folder)
        synthesize_one(folder / f"{name}.yaml")
        _deploy.deploy(account, confirm=asked(yes), reviewed=allowed)
        next_command(account.command("verify"))


def destroy(name: Name, folder: Folder = HOME) -> None:
    """Destroy an environment that is not protected. Asks for its name."""
    with reporting() as report:
        account = account_of(report, name, folder)
        _deploy.require_unprotected(account)
        say(
            f"This destroys {name} in account {account.environment.account_id}: database, logs, images, and every "
            f"parameter under {account.names.path}/, with Airflow's connections and variables."
        )
        typed = typer.prompt("Type its name")
        synthesize_one(folder / f"{name}.yaml")
        _deploy.destroy(account, typed=typed, confirm=asked(False))
        next_command(f"remove {account.file}")
