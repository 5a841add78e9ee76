"""Synthesizes environments: a folder, one file, or one into a temporary folder with its states in HCP Terraform."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from environments import Environment, load
from environments.load import parse
from operations import stacks
from operations.errors import PreconditionError
from operations.progress import step


def synthesize(folder: Path, *, out: Path | None = None) -> None:
    """Write the Terraform JSON of every environment in ``folder`` to ``out``, or to ``cdktf.out``.

    Raises:
        PreconditionError: an environment file is invalid.
    """
    command = [sys.executable, "main.py", str(folder.resolve()), str(out or stacks.STACKS.parent)]
    with step("synthesize"):
        done = subprocess.run(command, cwd=stacks.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PreconditionError(done.stderr.strip() or f"main.py ended with exit code {done.returncode}")


def synthesize_one(file: Path) -> None:
    """Write the Terraform JSON of one environment file, whatever the other files of its folder contain.

    Raises:
        PreconditionError: the environment file is invalid.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(file, folder)
        synthesize(Path(folder))


@dataclass(frozen=True)
class CloudState:
    """Where the states are kept instead of where the environment file says.

    Args:
        organization: organization in HCP Terraform; empty to keep the state of the file.
        hostname: host of HCP Terraform or Terraform Enterprise.
        project: project of the workspaces; empty for the organization's default project.
    """

    organization: str = ""
    hostname: str = "app.terraform.io"
    project: str = ""

    def as_section(self) -> dict[str, str]:
        """The section ``state`` of an environment file."""
        section = {"backend": "cloud", "organization": self.organization, "hostname": self.hostname}
        return section | ({"project": self.project} if self.project else {})


@dataclass(frozen=True)
class Synthesis:
    """An environment and the folder of its stacks."""

    environment: Environment
    stacks: Path

    def root(self, layer: str) -> Path:
        """The folder of the stack of ``layer``."""
        return self.stacks / self.environment.names.stack(layer)


def environment_in(file: Path, *, state: CloudState) -> Environment:
    """The environment in ``file``, with its states where ``state`` says.

    Raises:
        InvalidEnvironment: the file, or the given state, is invalid.
    """
    environment = load(file)
    return parse(_text(file, state), source=f"{file} with --organization") if state.organization else environment


def _text(file: Path, state: CloudState) -> str:
    text = file.read_text(encoding="utf-8")
    if not state.organization:
        return text
    document = yaml.safe_load(text) | {"state": state.as_section()}
    # The CI roles belong to the bootstrap stack, which an account with states in HCP Terraform does not have.
    if isinstance(document.get("iam"), dict):
        document["iam"].pop("oidc", None)
    return yaml.safe_dump(document, sort_keys=False)


@contextmanager
def synthesis(file: Path, *, state: CloudState) -> Iterator[Synthesis]:
    """Synthesize the environment in ``file``; its folder is deleted at the end.

    Raises:
        InvalidEnvironment: the file, or the given state, is invalid.
    """
    environment = environment_in(file, state=state)
    with tempfile.TemporaryDirectory(prefix="airflow-fargate-") as name:
        source, out = Path(name) / "environments", Path(name) / "out"
        source.mkdir()
        (source / file.name).write_text(_text(file, state), encoding="utf-8")
        synthesize(source, out=out)
        yield Synthesis(environment, out / "stacks")


def require_cloud(environment: Environment, *, file: str) -> None:
    """Raise PreconditionError unless the states of ``environment`` are in HCP Terraform."""
    if environment.state.backend != "cloud":
        raise PreconditionError(
            f"{file}: state.backend: must be cloud, got {environment.state.backend}. "
            "Fix: set state: {backend: cloud, organization: NAME} in the file, or try it with --organization NAME"
        )
