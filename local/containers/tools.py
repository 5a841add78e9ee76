"""Installs the programs of docker/tools.txt into a separate virtual environment on first use: they are large."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from local.containers.engine import EngineError
from local.repository import ROOT

LOCK = ROOT / "docker" / "tools.txt"
FOLDER = ROOT / ".build" / "tools"
INSTALL_SECONDS = 600


@cache
def program(name: str) -> Path:
    """The path of a program (hadolint, shellcheck, syft, docker-compose), installed on first use.

    Raises:
        EngineError: the installation failed. The message ends with the installer's output.
    """
    ready = FOLDER / ".ready"
    if not ready.exists() or ready.stat().st_mtime < LOCK.stat().st_mtime:
        _install()
        ready.touch()
    return FOLDER / "bin" / name


def _install() -> None:
    print("image tools: installing docker/tools.txt into .build/tools (once)", file=sys.stderr)
    uv = [sys.executable, "-m", "uv"]
    steps = (
        [*uv, "venv", "--quiet", "--clear", str(FOLDER)],
        [*uv, "pip", "install", "--quiet", "--python", str(FOLDER), "--require-hashes", "-r", str(LOCK)],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        if done.returncode:
            raise EngineError(f"docker/tools.txt cannot be installed: {done.stderr[-1000:]}")
