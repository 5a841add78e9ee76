"""Commands that act on running services: airflow, shell, open, scale, pause, resume."""

from __future__ import annotations

from typing import Annotated

import typer

from environments.load import HOME
from operations import pausing, scaling, sessions
from operations.commands.shared import Folder, Name, Yes, account_of, asked
from operations.errors import PreconditionError
from operations.progress import next_command, say
from operations.reporting import reporting

Component = Annotated[str, typer.Argument(help="A component, for example scheduler or worker-default.")]


def airflow(
    name: Name,
    arguments: Annotated[list[str], typer.Argument(help="After --: the arguments of the Airflow CLI.")],
    folder: Folder = HOME,
) -> None:
    """Run a command of the Airflow CLI in its own Fargate task; the exit code is that of the Airflow command."""
    with reporting() as report:
        account = account_of(report, name, folder)
        ended = pausing.airflow(account, arguments)
        say(f"exit code {ended.exit_code}")
        next_command(account.command("status"))
        raise typer.Exit(ended.exit_code or 0)


def shell(
    name: Name,
    component: Component = "scheduler",
    command: Annotated[
        str, typer.Option("--command", help="Program to run in the container, without a shell: bash -c 'a && b'.")
    ] = "/bin/bash",
    folder: Folder = HOME,
) -> None:
    """Open a shell in a running container through ECS Exec; the session is recorded."""
    with reporting() as report:
        sessions.require_program(command)
        account = account_of(report, name, folder)
        code = sessions.shell(account, component, command)
        next_command(account.command("status"))
        raise typer.Exit(code)


def open_(
    name: Name,
    component: Annotated[str, typer.Argument(help="api-server, standalone or flower.")] = "api-server",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Local port; a free one when absent.")] = None,
    folder: Folder = HOME,
) -> None:
    """Forward a local port to the user interface of a component, for an internal load balancer or for Flower."""
    with reporting() as report:
        account = account_of(report, name, folder)
        code = sessions.forward(account, component, port=port)
        next_command(account.command("status"))
        raise typer.Exit(code)


def scale(
    name: Name,
    service: Annotated[str, typer.Argument(help="A service, for example worker-default.")],
    count: Annotated[str, typer.Argument(help="Number of Fargate tasks, or auto.")],
    *,
    until: Annotated[str | None, typer.Option(help="2h, or a time in UTC: 2026-12-01T06:00.")] = None,
    yes: Yes = False,
    folder: Folder = HOME,
) -> None:
    """Keep exactly COUNT Fargate tasks of SERVICE (until --until); COUNT `auto` starts autoscaling again."""
    with reporting() as report:
        account = account_of(report, name, folder)
        if count == "0" and not asked(yes)(f"Stop every Fargate task of {service} of {name}?"):
            raise PreconditionError("nothing was scaled")
        scaling.scale(account, service, count, until=until)
        next_command(account.command("scale", service, "auto") if count != "auto" else account.command("status"))


def pause(
    name: Name,
    wait: Annotated[int, typer.Option(min=0, max=3000, help="Seconds to wait for running Airflow tasks.")] = 1800,
    yes: Yes = False,
    folder: Folder = HOME,
) -> None:
    """Pause all DAGs and wait until no Airflow task runs."""
    with reporting() as report:
        account = account_of(report, name, folder)
        if not asked(yes)(f"Pause all DAGs of {name}? No Airflow task starts until `resume`."):
            raise PreconditionError("nothing was paused")
        report.undo = account.command("resume")
        pausing.pause(account, seconds=wait)
        next_command(account.command("resume"))


def resume(name: Name, folder: Folder = HOME) -> None:
    """Unpause the DAGs that `pause` paused."""
    with reporting() as report:
        account = account_of(report, name, folder)
        pausing.resume(account)
        next_command(account.command("status"))
