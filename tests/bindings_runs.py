"""Processes that load the AWS bindings with their own cache; shared by the tests of the bindings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.repository import ROOT

SAMPLE = ROOT / "tests" / "bindings_sample.py"
# Ends only what hangs: the processors are busy with other tests.
TIMEOUT_SECONDS = 1800


def start(
    cache: Path,
    *arguments: str,
    mode: str = "",
    path: Path | None = None,
    python: str = sys.executable,
    cdk: str = "cdktf",
) -> subprocess.Popen[str]:
    """Start a process with this cache; ``path`` precedes the installed packages."""
    environment = {**os.environ, "CDKTF_FAST_BINDINGS_CACHE": str(cache), "CDKTF_FAST_BINDINGS": mode, "CDK": cdk}
    environment["PYTHONPATH"] = os.pathsep.join(str(folder) for folder in (path, ROOT, ROOT / "bindings") if folder)
    return subprocess.Popen(
        [python, *arguments], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def finish(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for a process that must succeed; returns its standard output and error."""
    out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0, err
    return out.strip(), err


def run(cache: Path, *arguments: str, mode: str = "", path: Path | None = None) -> tuple[str, str]:
    """Start and finish."""
    return finish(start(cache, *arguments, mode=mode, path=path))


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file in ``folder`` by its relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
