"""Run an environment on this machine in containers: `make up`, `make down`, `make logs`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from terraform_harness.tools import MissingTool, locate

from environments.command_line import Commands
from local.compose import run
from local.compose.differences import AWS, AWS_PORT
from local.compose.errors import PreconditionError, RunError
from local.compose.local_run import LOOPBACK, LocalRun
from local.compose.prepare import prepare
from local.compose.project import HOME, Project
from local.containers.engine import EngineError
from local.repository import ROOT, register_tools

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
Name = Annotated[str, typer.Argument(help="Name of an environment.")]
Home = Annotated[Path, typer.Option("--home", help="Folder of the Compose file and its secrets.")]
STACKS = ROOT / "cdktf.out" / "stacks"
EXAMPLES = ROOT / "examples" / "dags"


@contextmanager
def _errors_reported() -> Iterator[None]:
    """Print an error to stderr without a traceback. Exit code 2: nothing was started; 1: something failed later."""
    try:
        yield
    except (PreconditionError, MissingTool) as error:
        _exit(str(error), 2)
    except (RunError, EngineError) as error:
        _exit(str(error), 1)
    except KeyboardInterrupt:
        _exit("interrupted. Next: repeat the command to continue, or make down to remove the containers", 130)


def _exit(text: str, code: int) -> None:
    print(text, file=sys.stderr)
    raise typer.Exit(code) from None


def _project(name: str, home: Path) -> Project:
    register_tools()
    locate("docker")
    return Project(environment=name, home=home)


@app.command()
def up(
    name: Name,
    *,
    dags: Annotated[Path, typer.Option(help="Folder of DAG files to mount.")] = EXAMPLES,
    delivery: Annotated[
        Literal["folder", "git"], typer.Option(help="folder: mount --dags. git: fetch the repository as deployed.")
    ] = "folder",
    port: Annotated[int | None, typer.Option(help="Port of the UI on loopback.", min=1, max=65535)] = None,
    home: Home = HOME,
    stacks: Annotated[Path, typer.Option(help="Folder of the synthesized stacks.")] = STACKS,
) -> None:
    """Run environment NAME here from its task definitions."""
    started = time.monotonic()

    def report(text: str) -> None:
        print(f"{time.monotonic() - started:4.0f} s  {text}", flush=True)

    with _errors_reported():
        project = _project(name, home)
        if stacks == STACKS:
            _synthesize()
        folder = dags if delivery == "folder" else None
        local_run = prepare(project, stacks=stacks, dags=folder, port=port, report=report)
        run.start(project, report=report)
        _summary(project, local_run)


def _synthesize() -> None:
    """Synthesize the current environment files. ``main.py`` prints the errors in them."""
    if subprocess.run([sys.executable, "main.py"], cwd=ROOT, check=False).returncode:
        raise PreconditionError(
            "the environments cannot be synthesized (see above). Fix: correct the files, then run make up again"
        )


def _summary(project: Project, local_run: LocalRun) -> None:
    environment, password = project.environment, run.admin_password_file(project)
    print(f"\nAirflow:    http://{LOOPBACK}:{local_run.port}  (user admin, password: cat {password})")
    print(f"DAG files:  {local_run.dags or 'from the Git repository of the environment'}")
    print(f"AWS:        {run.emulator_address(project, service=AWS, port=AWS_PORT)}  (emulated, in memory)")
    print(f"Next: make logs ENV={environment} SERVICE=scheduler, or make down ENV={environment}")


@app.command()
def down(
    name: Name,
    data: Annotated[Literal["keep", "delete"], typer.Option(help="Keep or delete the database.")] = "keep",
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking for confirmation.")] = False,
    home: Home = HOME,
) -> None:
    """Remove the containers of environment NAME. The database stays unless --data delete."""
    with _errors_reported():
        project = _project(name, home)
        print(f"{project.name}: stopping (workers finish their running Airflow tasks)", flush=True)
        print(f"{run.stop(project)} containers removed, with their network and scratch volumes")
        confirm = (lambda _question: True) if yes else typer.confirm
        if data == "delete" and run.delete_data(project, confirm=confirm):
            print("the database and its secrets are deleted")
        elif project.volume_exists():
            print(f"kept: the database (volume {project.volume}). To delete it: make down ENV={name} DATA=delete")
        print(f"Next: make up ENV={name}")


@app.command()
def logs(
    name: Name,
    service: Annotated[str | None, typer.Argument(help="Name of a service. Default: all services.")] = None,
    follow: Annotated[bool, typer.Option(help="Follow the logs until Ctrl-C.")] = True,
    home: Home = HOME,
) -> None:
    """Print the logs of environment NAME."""
    with _errors_reported():
        raise typer.Exit(run.follow_logs(_project(name, home), service=service, follow=follow))


if __name__ == "__main__":
    app()
