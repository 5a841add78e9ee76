"""Measures what each part of the fast bindings saves: the CPU time of ``main.py`` without that part."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from bench.measure import Cost, in_turn, run
from bench.report import Row
from bench.synthesis import ENVIRONMENTS, QUIET
from local.repository import ROOT

ALL = "main.py"
# What is left out -> the statement that leaves it out.
WITHOUT = {
    ALL: "",
    "without the import hook": 'os.environ["CDKTF_FAST_BINDINGS"] = "ordinary"',
    "without the lean archive": 'os.environ["CDKTF_FAST_BINDINGS"] = "whole"',
    "without lean bytecode": "import_hook.lean_spec = provider_package.lean_spec = lambda name, path: None",
    "without direct Node": "loading.use_direct_node = lambda: None",
    "without cached references": "loading.cache_references = lambda: None",
}
PROGRAM = """
import os, sys
from cdktf_fast_bindings import import_hook, loading, provider_package
{}
import main
sys.exit(main.main(*sys.argv[1:]))
"""


def rows(*, rounds: int) -> list[Row]:
    """A row for each part; CPU time, because other load on the machine hardly changes it."""
    with tempfile.TemporaryDirectory() as scratch:
        candidates = [partial(_synthesize, statement, Path(scratch)) for statement in WITHOUT.values()]
        for candidate in candidates:
            candidate()  # fills the caches
        measured = dict(zip(WITHOUT, in_turn(rounds, *candidates), strict=True))
    base = measured[ALL].processor
    return [
        Row(f"{name}: CPU", cost.seconds("processor"), cost.processor, ALL, base) for name, cost in measured.items()
    ]


def _synthesize(statement: str, work: Path) -> Cost:
    program = PROGRAM.format(statement)
    return run([sys.executable, "-c", program, str(ENVIRONMENTS), str(work / "out")], environment=QUIET, cwd=ROOT)
