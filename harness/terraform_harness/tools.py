"""Finds the programs that tests need; a test that lacks one is skipped, or fails where ``CI=true``.

>>> require("python3").name
'python3'
>>> find("no-such-program") is None
True
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from terraform_harness.terraform import mirror

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program that tests or commands use.

    Attributes:
        name: What ``require`` and ``locate`` call it.
        fix: How to install it; completes the message "<name> is missing. Fix: ...".
        find: Returns the path of the program, or None when it is missing.
    """

    name: str
    fix: str
    find: Callable[[], Path | None]


class MissingTool(RuntimeError):
    """A program is missing; the message names the fix."""


def on_path(name: str) -> Path | None:
    """Return the program ``name``, or None.

    The search order is: the folder of the running Python interpreter, ``node_modules/.bin`` of the working directory
    and of each of its parents, then ``PATH``.
    """
    folders = [Path(sys.executable).parent, *_node_folders()]
    found = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)]))
    return Path(found) if found else None


def _node_folders() -> Iterator[Path]:
    here = Path.cwd()
    return (folder / "node_modules" / ".bin" for folder in (here, *here.parents))


def _program(name: str, fix: str) -> Tool:
    return Tool(name=name, fix=fix, find=lambda: on_path(name))


def _docker() -> Path | None:
    """Return the client if the engine that it is configured for responds."""
    client = on_path("docker")
    if client is None:
        return None
    try:
        done = subprocess.run([client, "info"], capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return client if done.returncode == 0 else None


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        _program("terraform", "install Terraform 1.11 or newer and put it on PATH"),
        Tool(
            name="provider-mirror",
            fix=f"run `terraform providers mirror FOLDER` once with network and set {mirror.VARIABLE}=FOLDER",
            find=mirror.find,
        ),
        Tool(name="docker", fix="start a container engine, or point DOCKER_HOST at one", find=_docker),
        _program("node", "install Node.js 20 or newer"),
        _program("npm", "install Node.js 20 or newer with npm"),
        _program("cdktf", "install it with `npm install cdktf-cli`"),
    )
}

# Results of ``find``: a search may ask a container engine, which takes a second.
_FOUND: dict[str, Path | None] = {}


def register(tool: Tool) -> None:
    """Add ``tool``, or replace the tool of the same name: a project may bring its own program."""
    TOOLS[tool.name] = tool
    _FOUND.pop(tool.name, None)


def find(name: str) -> Path | None:
    """Return the path of the program ``name``; None when it is missing or when no container engine responds."""
    if name not in _FOUND:
        tool = TOOLS.get(name)
        _FOUND[name] = tool.find() if tool else on_path(name)
    return _FOUND[name]


def locate(name: str) -> Path:
    """Return the path of the program ``name``.

    Raises:
        MissingTool: The program is missing; the message names the fix.
    """
    found = find(name)
    if found is None:
        raise MissingTool(_reason(name))
    return found


def require(*names: str) -> Path:
    """Return the path of the first program, in a test that needs all of ``names``.

    A missing program skips the test on a developer's machine and fails it where ``CI=true``.
    """
    missing = [name for name in names if find(name) is None]
    if missing:
        skip_or_fail("; ".join(map(_reason, missing)))
    return locate(names[0])


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the running test for ``reason``; fail it where ``CI=true``."""
    import pytest

    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _reason(name: str) -> str:
    tool = TOOLS.get(name)
    return f"{name} is missing. Fix: {tool.fix if tool else f'install {name} and put it on PATH'}"
