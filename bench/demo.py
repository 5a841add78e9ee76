"""Measures what validation and IAM add to ``make demo``: the same run with and without them."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.report import Row
from local.repository import ROOT

ENVIRONMENT = "dev"
LARGEST_RATIO = 1.25


def rows(*, rounds: int) -> list[Row]:
    """Run the demo ``rounds`` times each way, in turn; the fastest run of each counts."""
    runs = [(seconds(), seconds("--not-enforced")) for _ in range(rounds)]
    enforced, accepted = (min(times) for times in zip(*runs, strict=True))
    what = f"make demo of {ENVIRONMENT}, every request validated and decided"
    return [Row(what, f"{enforced:.0f} s", enforced, "make demo that accepts every request", accepted, LARGEST_RATIO)]


def seconds(*options: str) -> float:
    """The duration of one run.

    Raises:
        subprocess.CalledProcessError: the demo failed.
    """
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "local.demo", ENVIRONMENT, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - started
