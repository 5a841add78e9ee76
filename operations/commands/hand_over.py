"""Commands that hand an environment's Terraform to others: an archive for HCP Terraform, a folder or branch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from environments.load import HOME
from operations import bundle as _bundle
from operations import handover as _handover
from operations.account import PYTHON
from operations.commands.shared import Folder, Name
from operations.hcp import commands as _hcp
from operations.progress import next_command, say
from operations.reporting import reporting
from operations.synthesis import CloudState, synthesis


def bundle(
    name: Name,
    stack: Annotated[str, typer.Argument(help="Stack: foundation or airflow.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder of the archive.")] = Path("dist/bundles"),
    organization: _hcp.Organization = "",
    hostname: _hcp.Hostname = CloudState.hostname,
    project: _hcp.Project = "",
    folder: Folder = HOME,
) -> None:
    """Write STACK of NAME as a self-contained archive, the configuration version of a workspace."""
    with reporting(), synthesis(folder / f"{name}.yaml", state=CloudState(organization, hostname, project)) as made:
        root = made.root(_hcp.require_layer(stack))
        files = _bundle.root_files(root)
        archive = _bundle.pack(files)
        file = out / f"{root.name}.tar.gz"
        _bundle.write(archive, file)
        print(f"{file}: {', '.join(sorted(files))}; SHA-256 {_bundle.digest(archive)}")
        if made.environment.state.backend != "cloud":
            backend = made.environment.state.backend
            say(f"this archive keeps the state in {backend}; with --organization NAME, the state is in HCP Terraform")
        next_command(
            f"{PYTHON} -m operations hcp plan {name} {stack}" + (f" --organization {organization}" * bool(organization))
        )


def handover(
    name: Name,
    *,
    out: Annotated[Path | None, typer.Option("--out", help="Folder; dist/handover/NAME when absent.")] = None,
    branch: Annotated[str, typer.Option("--branch", help="Commit to this branch instead of writing a folder.")] = "",
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when the output is not current.")
    ] = False,
    modules: Annotated[bool, typer.Option(help="Add the exported Terraform modules.")] = True,
    organization: _hcp.Organization = "",
    hostname: _hcp.Hostname = CloudState.hostname,
    project: _hcp.Project = "",
    folder: Folder = HOME,
) -> None:
    """Write the Terraform roots and modules of NAME for a VCS-driven workspace or Atlantis."""
    with reporting(), synthesis(folder / f"{name}.yaml", state=CloudState(organization, hostname, project)) as made:
        into = _handover.target(folder=out or Path("dist/handover") / name, branch=branch)
        files = _handover.content(made, modules=modules, environments=folder)
        if check:
            stale = _handover.differences(files, into)
            print("\n".join(stale) or f"{into} is current")
            if stale:
                say(f"Fix: run the command without --check, then commit {into}")
                raise typer.Exit(1)
            return
        changed = _handover.hand_over(files, into)
        print(f"{into}: {len(files)} files, {changed} changed")
        next_command(f"git push origin {branch}" if branch else f"commit {into} to the repository of the workspaces")
