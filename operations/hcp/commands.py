"""The command line: ``python -m operations hcp COMMAND NAME [STACK]``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from environments.facts.stacks import AIRFLOW, LAYERS
from environments.load import HOME
from operations.account import PYTHON
from operations.bundle import pack, root_files
from operations.errors import PreconditionError
from operations.hcp import workspaces
from operations.hcp.connection import Connection, connect
from operations.hcp.result import evaluate
from operations.hcp.runs import latest, start
from operations.progress import next_command
from operations.reporting import reporting
from operations.synthesis import CloudState, Synthesis, environment_in, require_cloud, synthesis

app = typer.Typer(no_args_is_help=True, help="Plan and apply in workspaces of HCP Terraform or Terraform Enterprise.")
WAIT_SECONDS = 1800.0
Name = Annotated[str, typer.Argument(help="Name of an environment.")]
Stack = Annotated[str, typer.Argument(help=f"Stack: {' or '.join(LAYERS)}.")]
Folder = Annotated[Path, typer.Option("--folder", help="Folder of the environment files.")]
Organization = Annotated[
    str, typer.Option("--organization", help="Keep the states in this organization, whatever the file says.")
]
Hostname = Annotated[str, typer.Option("--hostname", help="With --organization: the host.")]
Project = Annotated[str, typer.Option("--project", help="With --organization: the project of the workspaces.")]
Version = Annotated[str, typer.Option("--terraform-version", help="Terraform version of new workspaces.")]
Wait = Annotated[float, typer.Option("--wait", help="Seconds to wait for a run.")]


@dataclass(frozen=True)
class _Session:
    made: Synthesis
    connection: Connection
    options: tuple[str, ...]

    def command(self, verb: str, *words: str) -> str:
        """The command line of another verb for the same environment."""
        return " ".join([PYTHON, "-m operations hcp", verb, self.made.environment.name, *words, *self.options])


@contextmanager
def _session(name: str, folder: Path, state: CloudState) -> Iterator[_Session]:
    file = folder / f"{name}.yaml"
    environment = environment_in(file, state=state)
    require_cloud(environment, file=str(file) if folder != HOME else f"environments/{file.name}")
    connection = connect(environment.state)
    with synthesis(file, state=state) as made:
        options = [] if folder == HOME else ["--folder", str(folder)]
        if state.organization:
            options += ["--organization", state.organization, "--hostname", state.hostname]
            options += ["--project", f"'{state.project}'"] if state.project else []
        yield _Session(made, connection, tuple(options))


def require_layer(stack: str) -> str:
    """Return ``stack`` when there is such a stack.

    Raises:
        PreconditionError: it is the name of no stack.
    """
    if stack not in LAYERS:
        raise PreconditionError(f"unknown stack {stack!r}. Allowed: {', '.join(LAYERS)}")
    return stack


@app.command("workspaces")
def create(
    name: Name,
    *,
    organization: Organization = "",
    hostname: Hostname = CloudState.hostname,
    project: Project = "",
    terraform_version: Version = workspaces.TERRAFORM_VERSION,
    folder: Folder = HOME,
) -> None:
    """Create or correct the workspaces of NAME, and share the state of the foundation with Airflow's workspace."""
    with reporting(), _session(name, folder, CloudState(organization, hostname, project)) as session:
        found = workspaces.ensure(session.connection, session.made.environment, terraform_version=terraform_version)
        for workspace in found.values():
            print(
                f"{workspace.name}: https://{session.connection.host}/app/{session.connection.organization}/"
                f"workspaces/{workspace.name}"
            )
        next_command(session.command("plan", LAYERS[0]))


@app.command()
def plan(
    name: Name,
    stack: Stack = AIRFLOW,
    *,
    organization: Organization = "",
    hostname: Hostname = CloudState.hostname,
    project: Project = "",
    terraform_version: Version = workspaces.TERRAFORM_VERSION,
    wait: Wait = WAIT_SECONDS,
    folder: Folder = HOME,
) -> None:
    """Upload STACK, plan it speculatively, show the plan and evaluate the policies on it; exit 1 when one fails."""
    with reporting(), _session(name, folder, CloudState(organization, hostname, project)) as session:
        archive = pack(root_files(session.made.root(require_layer(stack))))
        found = workspaces.ensure(session.connection, session.made.environment, terraform_version=terraform_version)
        run = start(
            session.connection,
            found[stack],
            archive,
            speculative=True,
            message=f"operations hcp plan {name} {stack}",
            seconds=wait,
        )
        result = evaluate(session.made, stack, run.planned())
        result.show()
        if result.problems():
            raise typer.Exit(1)
        next_command(session.command("apply", stack))


@app.command()
def apply(
    name: Name,
    stack: Stack = AIRFLOW,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    organization: Organization = "",
    hostname: Hostname = CloudState.hostname,
    project: Project = "",
    terraform_version: Version = workspaces.TERRAFORM_VERSION,
    wait: Wait = WAIT_SECONDS,
    folder: Folder = HOME,
) -> None:
    """Plan STACK, evaluate the policies, ask, and apply exactly this plan. A rejected plan is discarded."""
    with reporting() as report, _session(name, folder, CloudState(organization, hostname, project)) as session:
        archive = pack(root_files(session.made.root(require_layer(stack))))
        found = workspaces.ensure(session.connection, session.made.environment, terraform_version=terraform_version)
        if found[stack].repository:
            raise PreconditionError(
                f"{found[stack].name} is connected to the repository {found[stack].repository}, which starts its runs. "
                f"Fix: make handover ENV={name}, then commit the folder"
            )
        run = start(
            session.connection,
            found[stack],
            archive,
            speculative=False,
            message=f"operations hcp apply {name} {stack}",
            seconds=wait,
        )
        result = evaluate(session.made, stack, run.planned())
        result.show()
        if not run.confirmable:
            print(f"{found[stack].name}: nothing to change")
            return
        problems = result.problems()
        if problems or not (yes or typer.confirm(f"Apply this to {found[stack].name}?")):
            run.discard()
            reason = "\n".join(problems) or "the answer was no"
            raise PreconditionError(f"{found[stack].name}: nothing was applied, the run is discarded: {reason}")
        report.started_apply = True
        run.apply()
        next_command(f"{session.command('status')}")


@app.command()
def status(
    name: Name,
    *,
    organization: Organization = "",
    hostname: Hostname = CloudState.hostname,
    project: Project = "",
    folder: Folder = HOME,
) -> None:
    """Show workspace, Terraform version, lock and latest run of each stack of NAME."""
    with reporting(), _session(name, folder, CloudState(organization, hostname, project)) as session:
        for layer in LAYERS:
            stack = session.made.environment.names.stack(layer)
            workspace = workspaces.find(session.connection, stack)
            if workspace is None:
                print(f"{stack}: no workspace")
                continue
            run = latest(session.connection, workspace)
            attributes = workspace.attributes
            print(
                f"{stack}: {attributes['execution-mode']} execution, Terraform {attributes['terraform-version']}, "
                f"{'locked' if attributes['locked'] else 'not locked'}; "
                + (f"latest run {run.status.replace('_', ' ')}: {run.address}" if run else "no run")
            )
        next_command(session.command("plan", LAYERS[0]))
