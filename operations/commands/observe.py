"""Commands that read: status, logs, support-bundle."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from environments.load import HOME
from operations import cost as _cost
from operations import logs as _logs
from operations.account import Account
from operations.commands.shared import Folder, Json, Name, account_of, account_without_check, print_json
from operations.cost_screen import lines as _cost_lines
from operations.errors import PreconditionError
from operations.progress import next_command, say
from operations.reporting import reporting
from operations.status import status as _status
from operations.status_screen import show
from operations.support_bundle import collect

Since = Annotated[str, typer.Option("--since", help="Age of the oldest line: 90s, 15m, 2h or 1d.")]


def status(name: Name, json: Json = False, folder: Folder = HOME) -> None:
    """Show services, data stores, the last migration, queues, alarms and waivers that end soon."""
    with reporting() as report:
        account = account_of(report, name, folder)
        found = _status(account)
        if json:
            print_json(found)
            return
        show(found, Console(highlight=False, soft_wrap=True))
        next_command(account.command(*_after_status(found)))


def _after_status(found: dict[str, Any]) -> list[str]:
    """The command that usually follows ``status``."""
    if not found["services"]:
        return ["deploy"]
    if found["asleep"]:
        return ["wake"]
    return ["logs", "COMPONENT"] if any(service["problem"] for service in found["services"]) else ["verify"]


def logs(
    name: Name,
    component: Annotated[str, typer.Argument(help="A component, for example scheduler or worker-default.")] = "",
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for new lines until Ctrl-C.")] = False,
    since: Since = "15m",
    filter: Annotated[str, typer.Option(help="Filter pattern of CloudWatch Logs.")] = "",  # noqa: A002 - an option
    dag: Annotated[str, typer.Option(help="With --run and --task: the log of an Airflow task.")] = "",
    run: Annotated[str, typer.Option(help="Id of the DAG run.")] = "",
    task: Annotated[str, typer.Option(help="Id of the Airflow task.")] = "",
    index: Annotated[int | None, typer.Option(help="Index of the task instance of a mapped task.")] = None,
    attempt: Annotated[int | None, typer.Option("--try", help="Number of the try; the newest when absent.")] = None,
    folder: Folder = HOME,
) -> None:
    """Print the log of a component, or of an Airflow task (--dag, --run, --task)."""
    with reporting() as report:
        wanted = [word for word in (dag, run, task) if word]

        def check(found: Account) -> None:
            if bool(component) == bool(wanted) or len(wanted) not in (0, 3):
                raise PreconditionError(
                    "name a component, or an Airflow task with --dag, --run and --task. Fix: "
                    f"{found.command('logs', 'scheduler')}"
                )

        age = _logs.duration(since)
        account = account_of(report, name, folder, check=check)
        if component:
            lines = _logs.component_lines(account, component, since=age, follow=follow, pattern=filter)
        else:
            lines = _logs.task_lines(account, _logs.AirflowTask(dag, run, task, index, attempt))
        count = 0
        for count, line in enumerate(lines, start=1):  # noqa: B007 - printed below
            print(line, flush=True)
        say(f"{count} lines")
        next_command(account.command("status"))


def cost(
    name: Name,
    *,
    profile: Annotated[Path | None, typer.Option(help="Measured usage as JSON (docs/report.md).")] = None,
    json: Json = False,
    folder: Folder = HOME,
) -> None:
    """Print the expected cost of NAME by key and by resource, and the actual cost of the last 30 days."""
    with reporting():
        file = folder / f"{name}.yaml"
        found = {**_cost.expected(file, profile=profile), "known": _cost.known(account_without_check(name, folder))}
        if json:
            print_json(found)
            return
        print("\n".join(_cost_lines(found, file=str(file))))
        next_command(f"make report ENV={name}, which shows what changes would cost")


def support_bundle(
    name: Name,
    out: Annotated[Path | None, typer.Option("--out", help="Path of the archive.")] = None,
    since: Since = "1h",
    folder: Folder = HOME,
) -> None:
    """Write an archive with state, settings and logs of NAME, without its secrets."""
    with reporting() as report:
        age = _logs.duration(since)
        account = account_of(report, name, folder)
        now = datetime.datetime.now(datetime.UTC)
        target = out or Path(f"{account.names.name}-support-{now:%Y%m%dT%H%M%SZ}.zip")
        names = collect(account, target=target, since=age)
        say(f"{target}: {len(names)} files. Values of secrets are masked; read the files before you pass them on")
        next_command(f"unzip -l {target}")
