"""Writes the report of an environment while the demo waits for Terraform."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from terraform_harness.lifecycle import LifecycleError

from local.repository import ROOT


@contextmanager
def background_report(environment: str) -> Iterator[Callable[[], str]]:
    """Start the report; the result waits for it and returns the line with its path.

    The gate is left out: the demo has run it. The process ends with the context.
    """
    command = [sys.executable, "-m", "report", environment, "--no-gate"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield lambda: _line(process)
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate()
    if process.returncode:
        raise LifecycleError(f"the report was not written: {err.strip()}")
    return out.splitlines()[0]
