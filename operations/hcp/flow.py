"""What the commands do: workspaces, speculative plan, apply, status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import typer

from environments.facts.stacks import LAYERS
from environments.load import HOME
from operations.account import PYTHON
from operations.bundle import pack, root_files
from operations.errors import OperationError, PreconditionError
from operations.hcp import workspaces
from operations.hcp.connection import Connection, connect
from operations.hcp.result import evaluate
from operations.hcp.runs import Run, latest, start
from operations.progress import next_command
from operations.reporting import Report
from operations.synthesis import CloudState, Synthesis, environment_in, require_cloud, synthesis


@dataclass(frozen=True)
class Request:
    """What the command line asks for.

    Args:
        name: name of the environment.
        folder: folder of the environment files.
        state: where the states are kept.
        terraform_version: version for new workspaces.
        wait: seconds to wait for a run.
    """

    name: str
    folder: Path
    state: CloudState
    terraform_version: str = ""
    wait: float = 0

    def command(self, verb: str, *words: str) -> str:
        """The command line of another verb for the same environment."""
        options = [] if self.folder == HOME else ["--folder", str(self.folder)]
        if self.state.organization:
            options += ["--organization", self.state.organization, "--hostname", self.state.hostname]
            options += ["--project", f"'{self.state.project}'"] if self.state.project else []
        return " ".join([PYTHON, "-m operations hcp", verb, self.name, *words, *options])

    @property
    def file(self) -> Path:
        """The environment file."""
        return self.folder / f"{self.name}.yaml"


@contextmanager
def _session(request: Request) -> Iterator[tuple[Connection, Synthesis]]:
    environment = environment_in(request.file, state=request.state)
    shown = f"environments/{request.file.name}" if request.folder == HOME else str(request.file)
    require_cloud(environment, file=shown)
    connection = connect(environment.state)
    with synthesis(request.file, state=request.state) as made:
        yield connection, made


def create_workspaces(request: Request) -> None:
    """Create or correct the workspaces, and print their addresses."""
    with _session(request) as (connection, made):
        version = request.terraform_version
        for workspace in workspaces.ensure(connection, made.environment, terraform_version=version).values():
            print(f"{workspace.name}: {connection.workspace_address(workspace.name)}")
    next_command(request.command("plan", LAYERS[0]))


def plan(request: Request, layer: str) -> bool:
    """Plan speculatively and show the result; returns whether it may be applied."""
    with _session(request) as (connection, made):
        run = _start(request, connection, made, layer, speculative=True)
        result = evaluate(made, layer, run.planned())
    result.show()
    if result.problems():
        return False
    next_command(request.command("apply", layer))
    return True


def apply(request: Request, layer: str, *, yes: bool, report: Report) -> None:
    """Plan, evaluate, ask, apply exactly this plan.

    Raises:
        PreconditionError: a policy fails, the plan loses data, or the answer is no; the run is discarded.
    """
    with _session(request) as (connection, made):
        run = _start(request, connection, made, layer, speculative=False)
        shown = run.planned()
        with _discarded_on_error(run):
            result = evaluate(made, layer, shown)
            result.show()
            if not run.confirmable:
                print(f"{run.workspace.name}: nothing to change")
                return
            problems = result.problems()
            if problems or not (yes or _agrees(f"Apply this to {run.workspace.name}?")):
                reason = "\n".join(problems) or "the answer was no"
                raise PreconditionError(f"{run.workspace.name}: nothing was applied; the run is discarded: {reason}")
        report.started_apply = True
        run.apply()
    next_command(request.command("status"))


def status(request: Request) -> None:
    """Print a line for each workspace."""
    environment = environment_in(request.file, state=request.state)
    require_cloud(environment, file=str(request.file))
    connection = connect(environment.state)
    for layer in LAYERS:
        stack = environment.names.stack(layer)
        workspace = workspaces.find(connection, stack)
        print(f"{stack}: {_described(connection, workspace) if workspace else 'no workspace'}")
    next_command(request.command("plan", LAYERS[0]))


def _described(connection: Connection, workspace: workspaces.Workspace) -> str:
    run, attributes = latest(connection, workspace), workspace.attributes
    lock = "locked" if attributes["locked"] else "not locked"
    newest = f"latest run {run.status.replace('_', ' ')}: {run.address}" if run else "no run"
    return f"{attributes['execution-mode']} execution, Terraform {attributes['terraform-version']}, {lock}; {newest}"


def _start(request: Request, connection: Connection, made: Synthesis, layer: str, *, speculative: bool) -> Run:
    archive = pack(root_files(made.root(layer)))
    version = request.terraform_version
    workspace = workspaces.ensure(connection, made.environment, terraform_version=version)[layer]
    if workspace.repository and not speculative:
        raise PreconditionError(
            f"{workspace.name} is connected to the repository {workspace.repository}, which starts its runs. "
            f"Fix: make handover ENV={request.name}, then commit the folder"
        )
    message = f"operations hcp {'plan' if speculative else 'apply'} {request.name} {layer}"
    return start(connection, workspace, archive, speculative=speculative, message=message, seconds=request.wait)


@contextmanager
def _discarded_on_error(run: Run) -> Iterator[None]:
    """Discard ``run`` when the body fails, because a planned run blocks its workspace."""
    try:
        yield
    except BaseException:
        if run.confirmable:
            with suppress(PreconditionError, OperationError):
                run.discard()
        raise


def _agrees(question: str) -> bool:
    try:
        return typer.confirm(question)
    except typer.Abort:
        return False
