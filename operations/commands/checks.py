"""Commands that check: doctor for machine and account, verify for a running environment."""

from __future__ import annotations

from typing import Annotated

import typer

from environments import load
from environments.load import HOME
from operations import doctor as _doctor
from operations import verify as _verify
from operations.account import PYTHON, Account
from operations.commands.shared import Folder, Json, Name, account_of, environment_name, print_items
from operations.progress import next_command, say
from operations.reporting import reporting


def doctor(
    name: Annotated[str | None, typer.Argument(help="Name of an environment.", callback=environment_name)] = None,
    json: Json = False,
    folder: Folder = HOME,
) -> None:
    """Report missing programs on this machine and missing resources in the account of NAME, each with its fix."""
    with reporting():
        environment = load(folder / f"{name}.yaml") if name else None
        findings = [*_doctor.machine(environment.architecture if environment else "ARM64")]
        findings += _doctor.account(environment, lambda found: Account(found, folder=folder)) if environment else ()
        complete = not any(finding.fix and not finding.optional for finding in findings)
        following = f"make deploy ENV={name}" if name else f"{PYTHON} -m operations doctor NAME, or make demo"
        if json:
            items = (finding.item for finding in findings)
            print_items("doctor", name, items, ok=complete, next_=following if complete else None)
        else:
            print("\n".join(finding.text for finding in findings))
        if not complete:
            raise typer.Exit(1)
        next_command(following)


def verify(name: Name, json: Json = False, folder: Folder = HOME) -> None:
    """Check a running environment; exit 1 when a check fails."""
    with reporting() as report:
        checks = _verify.verify(account_of(report, name, folder))
        failed = sum(check.problem is not None for check in checks)
        following = "open Airflow (the output `url` of the stack)"
        if json:
            items = (check.item for check in checks)
            print_items("verify", name, items, ok=not failed, next_=None if failed else following)
        else:
            print("\n".join(check.text for check in checks))
        say(f"{len(checks) - failed} of {len(checks)} checks pass")
        if failed:
            raise typer.Exit(1)
        next_command(following)
