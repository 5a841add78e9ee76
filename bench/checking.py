"""What the gate and the unit tests cost."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.measure import Cost, best, run
from bench.report import Row
from bench.synthesis import ENVIRONMENTS, QUIET, ROOT, synthesize

UNIT_SECONDS = 20.0


def gate_rows(*, rounds: int) -> list[Row]:
    """The gate over every environment beside one bare checkov run over one of them."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        synthesize(work, ENVIRONMENTS)
        stacks = work / "out" / "stacks"
        one = str(stacks / "dev-airflow" / "cdk.tf.json")
        bare, ours = best(rounds, lambda: checkov(one), lambda: gate(stacks))
    return [Row("gate, all environments", f"{ours.wall:.2f} s", ours.wall, "bare checkov on one", bare.wall, limit=1.5)]


def unit_rows(*, rounds: int) -> list[Row]:
    """The unit tests as ``make test-unit`` runs them, beside the time we allow them."""
    command = [sys.executable, "-m", "tests.all_tiers", "unit"]
    (spent,) = best(rounds, lambda: run(command, environment=QUIET, cwd=ROOT))
    return [Row("unit tests", f"{spent.wall:.1f} s", spent.wall, f"{UNIT_SECONDS:.0f} s", UNIT_SECONDS, limit=1.0)]


def checkov(file: str) -> Cost:
    """checkov's own rules, told not to fail on findings and not to reach for its vendor."""
    program = str(Path(sys.executable).with_name("checkov"))
    return run([program, "--file", file, "--skip-download", "--quiet", "--compact", "--soft-fail"], environment=QUIET)


def gate(folder: Path) -> Cost:
    """Our gate; findings are its business, so only its time counts here."""
    program = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode > 2)"
    return run(
        [sys.executable, "-c", program, sys.executable, "-m", "terraform_gate", str(folder)],
        environment=QUIET,
        cwd=ROOT,
    )
