"""The command line: ``python -m operations hcp COMMAND NAME [STACK]``."""

from __future__ import annotations

from typing import Annotated

import typer

from environments.facts.stacks import AIRFLOW, LAYERS
from environments.load import HOME
from operations.commands.shared import Folder, Name
from operations.errors import PreconditionError
from operations.reporting import reporting
from operations.synthesis import CloudState

app = typer.Typer(no_args_is_help=True, help="Plan and apply in workspaces of HCP Terraform or Terraform Enterprise.")
WAIT_SECONDS = 1800.0
TERRAFORM_VERSION = "1.11.4"
"""The version with which the tests of this project run."""
Stack = Annotated[str, typer.Argument(help=f"Stack: {' or '.join(LAYERS)}.")]
Organization = Annotated[
    str, typer.Option("--organization", help="Keep the states in this organization; the file's key `state` is ignored.")
]
Hostname = Annotated[str, typer.Option("--hostname", help="With --organization: the host.")]
Project = Annotated[str, typer.Option("--project", help="With --organization: the project of the workspaces.")]
Version = Annotated[str, typer.Option("--terraform-version", help="Terraform version of new workspaces.")]
Wait = Annotated[float, typer.Option("--wait", help="Seconds to wait for a run.")]

# The import of pytfe takes two thirds of the start-up time, which other commands should not wait for: every function
# imports operations.hcp.flow itself.


def require_layer(stack: str) -> str:
    """Return ``stack`` when there is such a stack.

    Raises:
        PreconditionError: it is the name of no stack.
    """
    if stack not in LAYERS:
        raise PreconditionError(f"unknown stack {stack!r}. Allowed: {', '.join(LAYERS)}. Fix: name one of them")
    return stack


@app.command("workspaces")
def create(
    name: Name,
    *,
    organization: Organization = "",
    hostname: Hostname = CloudState.hostname,
    project: Project = "",
    terraform_version: Version = TERRAFORM_VERSION,
    folder: Folder = HOME,
) -> None:
    """Create or correct the workspaces of NAME, and share the state of the foundation with Airflow's workspace."""
    from operations.hcp import flow

    with reporting():
        state = CloudState(organization, hostname, project)
        flow.create_workspaces(flow.Request(name, folder, state, terraform_version))


@app.command()
def plan(
    name: Name,
    stack: Stack = AIRFLOW,
    *,
    organization: Organization = "",
    hostname: Hostname = CloudState.hostname,
    project: Project = "",
    terraform_version: Version = TERRAFORM_VERSION,
    wait: Wait = WAIT_SECONDS,
    folder: Folder = HOME,
) -> None:
    """Upload STACK, plan it speculatively, show the plan and evaluate the policies on it; exit 1 when one fails."""
    from operations.hcp import flow

    with reporting():
        state = CloudState(organization, hostname, project)
        if not flow.plan(flow.Request(name, folder, state, terraform_version, wait), require_layer(stack)):
            raise typer.Exit(1)


@app.command()
def apply(
    name: Name,
    stack: Stack = AIRFLOW,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    organization: Organization = "",
    hostname: Hostname = CloudState.hostname,
    project: Project = "",
    terraform_version: Version = TERRAFORM_VERSION,
    wait: Wait = WAIT_SECONDS,
    folder: Folder = HOME,
) -> None:
    """Plan STACK, evaluate the policies, ask, and apply exactly this plan. A rejected plan is discarded."""
    from operations.hcp import flow

    with reporting() as report:
        request = flow.Request(name, folder, CloudState(organization, hostname, project), terraform_version, wait)
        flow.apply(request, require_layer(stack), yes=yes, report=report)


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
    from operations.hcp import flow

    with reporting():
        flow.status(flow.Request(name, folder, CloudState(organization, hostname, project)))
