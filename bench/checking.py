"""Measures the run times of the gate and of the unit tests."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.measure import Cost, in_turn, run
from bench.report import Row
from bench.synthesis import ENVIRONMENTS, QUIET, synthesize
from local.repository import ROOT

UNIT_SECONDS = 20.0


def gate_rows(*, rounds: int) -> list[Row]:
    """Compare a gate run over every environment with a run of checkov alone over one environment."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        synthesize(work, ENVIRONMENTS)
        stacks = work / "out" / "stacks"
        one = str(stacks / "dev-airflow" / "cdk.tf.json")
        bare, ours = in_turn(rounds, lambda: checkov(one), lambda: gate(stacks))
    return [Row("gate, all environments", ours.seconds(), ours.wall, "bare checkov on one", bare.wall, limit=1.2)]


def unit_rows(*, rounds: int) -> list[Row]:
    """Compare the unit tests, run as by ``make test-unit``, with their time limit."""
    command = [sys.executable, "-m", "tests.all_tiers", "unit"]
    (spent,) = in_turn(rounds, lambda: run(command, environment=QUIET, cwd=ROOT))
    return [Row("unit tests", spent.seconds(), spent.wall, f"{UNIT_SECONDS:.0f} s", UNIT_SECONDS, limit=1.0)]


def checkov(file: str) -> Cost:
    """Run checkov's own rules; findings do not fail the run, and checkov does not connect to its vendor."""
    program = str(Path(sys.executable).with_name("checkov"))
    return run([program, "--file", file, "--skip-download", "--quiet", "--compact", "--soft-fail"], environment=QUIET)


def gate(folder: Path) -> Cost:
    """Run the gate; only exit codes above 2 fail the measurement."""
    program = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode > 2)"
    return run(
        [sys.executable, "-c", program, sys.executable, "-m", "terraform_gate", str(folder)],
        environment=QUIET,
        cwd=ROOT,
    )
