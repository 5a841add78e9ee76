"""``make up``, ``make down``, ``make logs``: an environment on this machine."""

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

from local.compose import run
from local.compose.differences import AWS, AWS_PORT
from local.compose.errors import Failed, Refused
from local.compose.location import LOOPBACK, Place
from local.compose.prepare import prepare
from local.compose.project import HOME, Project
from local.containers.engine import EngineError
from local.repository import ROOT, register_tools

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
Name = Annotated[str, typer.Argument(help="Name of an environment.")]
Home = Annotated[Path, typer.Option("--home", help="Folder of the Compose file and of what belongs to it.")]
STACKS = ROOT / "cdktf.out" / "stacks"
EXAMPLES = ROOT / "examples" / "dags"


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong on stderr without a traceback: 2 when nothing was begun, 1 when something was."""
    try:
        yield
    except (Refused, MissingTool) as error:
        _end(str(error), 2)
    except (Failed, EngineError) as error:
        _end(str(error), 1)
    except KeyboardInterrupt:
        _end("interrupted. Next: the same command again goes on from there; make down takes away what was begun", 130)


def _end(text: str, code: int) -> None:
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
    dags: Annotated[Path, typer.Option(help="Folder of DAG files, mounted.")] = EXAMPLES,
    delivery: Annotated[
        Literal["folder", "git"], typer.Option(help="git: from the repository, as deployed.")
    ] = "folder",
    port: Annotated[int | None, typer.Option(help="Port of the UI on loopback.", min=1, max=65535)] = None,
    home: Home = HOME,
    stacks: Annotated[Path, typer.Option(help="Folder of the synthesized stacks.")] = STACKS,
) -> None:
    """Run environment NAME here, from the task definitions that are deployed."""
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:4.0f} s  {text}", flush=True)

    with _told():
        project = _project(name, home)
        if stacks == STACKS:
            _synthesize()
        folder = dags if delivery == "folder" else None
        place = prepare(project, stacks=stacks, dags=folder, port=port, say=say)
        run.start(project, say=say)
        _summary(project, place)


def _synthesize() -> None:
    """Write what the environment files say now; what is wrong with them is printed there."""
    if subprocess.run([sys.executable, "main.py"], cwd=ROOT, check=False).returncode:
        raise Refused("the environments cannot be synthesized (see above). Fix: mend the files, then make up again")


def _summary(project: Project, place: Place) -> None:
    environment, password = project.environment, run.admin_password_file(project)
    print(f"\nAirflow:    http://{LOOPBACK}:{place.port}  (user admin, password: cat {password})")
    print(f"DAG files:  {place.dags or 'from the Git repository of the environment'}")
    print(f"AWS:        {run.emulator_address(project, service=AWS, port=AWS_PORT)}  (emulated; forgets at make down)")
    print(f"Next: make logs ENV={environment} SERVICE=scheduler, or make down ENV={environment}")


@app.command()
def down(
    name: Name,
    data: Annotated[Literal["keep", "delete"], typer.Option(help="What becomes of the database.")] = "keep",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: Home = HOME,
) -> None:
    """Take what runs of environment NAME away; the database stays unless --data delete."""
    with _told():
        project = _project(name, home)
        print(f"{project.name}: stopping (workers finish what they run)", flush=True)
        print(f"{run.stop(project)} containers are gone, and their network and scratch volumes")
        confirm = (lambda _question: True) if yes else typer.confirm
        if data == "delete" and run.delete_data(project, confirm=confirm):
            print("the database and its secrets are gone")
        elif project.volume_exists():
            print(f"kept: the database (volume {project.volume}). To delete it: make down ENV={name} DATA=delete")
        print(f"Next: make up ENV={name}")


@app.command()
def logs(
    name: Name,
    service: Annotated[str | None, typer.Argument(help="One service; all without.")] = None,
    follow: Annotated[bool, typer.Option(help="Go on until Ctrl-C.")] = True,
    home: Home = HOME,
) -> None:
    """Print the logs of environment NAME."""
    with _told():
        raise typer.Exit(run.follow_logs(_project(name, home), service=service, follow=follow))


if __name__ == "__main__":
    app()
