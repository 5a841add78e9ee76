"""What all commands of the command line share: arguments, and the account of an environment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from environments import load
from environments.load import HOME
from environments.model import NAME_PATTERN
from operations.account import Account
from operations.reporting import Report
from operations.stacks import Confirm


def environment_name(given: str | None) -> str | None:
    """``given`` when it can be the name of an environment: a part of a path would lead to the file of another folder.

    Raises:
        typer.BadParameter: it has other characters, or another length.
    """
    if given and not re.fullmatch(NAME_PATTERN, given):
        raise typer.BadParameter(
            f"{given!r} is not the name of an environment: 2 to 16 lower-case letters, digits and hyphens"
        )
    return given


def environment_names(given: list[str]) -> list[str]:
    """:func:`environment_name` of each."""
    return [name for name in given if environment_name(name)]


Name = Annotated[str, typer.Argument(help="Name of an environment.", callback=environment_name)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Folder = Annotated[Path, typer.Option("--folder", help="Folder of the environment files.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def account_of(report: Report, name: str, folder: Path, *, check: Callable[[Account], object] | None = None) -> Account:
    """The account of the environment ``name``, after its credentials were checked.

    Args:
        report: gets the account, for the message when the command stops.
        folder: folder of the environment files.
        check: raises PreconditionError for wrong arguments, before AWS is contacted.
    """
    account = account_without_check(name, folder)
    report.account = account
    if check:
        check(account)
    return account.guard()


def account_without_check(name: str, folder: Path) -> Account:
    """The account of the environment ``name``; its credentials were not checked."""
    return Account(load(folder / f"{name}.yaml"), folder=HOME if folder.resolve() == HOME.resolve() else folder)


def asked(yes: bool) -> Confirm:
    """A function that asks the user, or that agrees when ``yes`` is set."""
    return (lambda _question: True) if yes else typer.confirm


def print_json(value: Any) -> None:
    """Print ``value`` as JSON on standard output."""
    print(json.dumps(value, indent=2, sort_keys=True, default=str))


def print_items(
    command: str, environment: str | None, items: Iterable[Mapping[str, Any]], *, ok: bool, next_: str | None = None
) -> None:
    """Print the result of a command that lists items, in the shape that docs/commands.md describes.

    Args:
        command: the verb, for example ``verify``.
        environment: name of the environment; None for the machine alone.
        items: what the command found, an object for each line of its text.
        ok: whether the command ends with exit code 0.
        next_: what to do next; None when nothing is suggested.
    """
    found = {"command": command, "environment": environment, "items": list(items), "next": next_, "ok": ok}
    print_json(found)
