"""The programs that tests need: found, or missed with a reason and a fix."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

from terraform_harness.terraform import mirror

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program, how to find it (None when it is missing) and what to do when it is missing."""

    name: str
    fix: str
    find: Callable[[], Path | None]


class MissingTool(RuntimeError):
    """A program is missing; the message names the fix."""


def _on_path(name: str) -> Path | None:
    places = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=places)
    return Path(found) if found else None


def _program(name: str) -> Callable[[], Path | None]:
    return lambda: _on_path(name)


def _docker() -> Path | None:
    """The client, if an engine answers it: DOCKER_HOST's, the default one, or the one that docker/engine started."""
    client = _on_path("docker")
    if client is None:
        return None
    try:
        answer = subprocess.run(
            [ROOT / "docker" / "engine", "status"], capture_output=True, timeout=3 * PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return client if answer.returncode == 0 else None


def _cdktf() -> Path | None:
    local = ROOT / "node_modules" / ".bin" / "cdktf"
    return local if local.exists() else _on_path("cdktf")


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            name="terraform",
            fix="install Terraform 1.11 or newer and put it on PATH",
            find=_program("terraform"),
        ),
        Tool(
            name="provider-mirror",
            fix=f"run `terraform providers mirror FOLDER` once with network and set {mirror.VARIABLE}=FOLDER",
            find=mirror.find,
        ),
        Tool(name="docker", fix="start a container engine (`docker/engine start`, or Docker Desktop)", find=_docker),
        Tool(name="node", fix="install Node.js 18 or newer", find=_program("node")),
        Tool(name="npm", fix="install Node.js 18 or newer with npm", find=_program("npm")),
        Tool(name="cdktf", fix="run `make cdktf` (installs cdktf-cli from package-lock.json)", find=_cdktf),
    )
}


@cache
def find(name: str) -> Path | None:
    """Where the program ``name`` is; None when it is missing or, for docker, when no engine answers."""
    tool = TOOLS.get(name)
    return tool.find() if tool else _on_path(name)


def locate(name: str) -> Path:
    """Where the program ``name`` is.

    Raises MissingTool with the fix when it is not there.
    """
    found = find(name)
    if found is None:
        raise MissingTool(_reason(name))
    return found


def require(*names: str) -> Path:
    """Where the first program is, in a test that needs all of them.

    A missing one skips the test on a person's machine and fails it where ``CI=true``.
    """
    missing = [name for name in names if find(name) is None]
    if missing:
        _give_up("; ".join(map(_reason, missing)))
    return locate(names[0])


def _reason(name: str) -> str:
    tool = TOOLS.get(name)
    return f"{name} is missing. Fix: {tool.fix if tool else f'install {name} and put it on PATH'}"


def _give_up(reason: str) -> NoReturn:
    import pytest

    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
