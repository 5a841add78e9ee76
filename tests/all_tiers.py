"""``make test``: run every tier side by side; tests that compute leave the processors to tests that wait.

``python -m tests.all_tiers unit`` runs only the unit tier, in two processes that share no slow import.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from terraform_harness.terraform.run import GARBAGE_COLLECTION

from local.repository import ROOT

NOTHING_COLLECTED = 5
# The end of the log repeats each failure from the statement that failed: CI systems show the end of a log.
REPORTED_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One pytest process over the folders of some tiers.

    Args:
        folders: folders and files with tests.
        nice: added to the nice value of the process, as by ``nice -n``: a run with a high value waits for the others.
    """

    name: str
    folders: tuple[str, ...]
    flags: tuple[str, ...] = ()
    nice: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one run: pytest's exit code, the number of tests by outcome, and the text of each failure."""

    code: int
    outcomes: Counter[str]
    failures: tuple[str, ...]


def _ignored(*paths: str) -> tuple[str, ...]:
    return tuple(f"--ignore={path}" for path in paths)


# No test of these runs draws random examples, and the plugin imports all of hypothesis in every process.
_WITHOUT_EXAMPLES = ("-p", "no:hypothesispytest")
# These tests call moto in their own process and wait for nothing.
_EMULATED = ("tests/apply/test_emulator_patches.py", "tests/apply/test_emulator_validation.py")
_COMPOSE = "tests/live/test_compose.py"
# The runs share no container, network, port or emulator, and the images are built once (local/containers/images.py).
# Live tests and applies mostly wait: for Airflow's heartbeats, and for fixed times of the AWS provider. What they leave
# of the processors is for the run that computes. Containers compete at normal priority, whoever started them. An apply
# takes up to 0.9 GB of memory with its emulator, all runs together about 12 GB.
RUNS = (
    Run(name="live", folders=("tests/live",), flags=(*_ignored(_COMPOSE), *_WITHOUT_EXAMPLES)),
    Run(name="image", folders=("tests/image", _COMPOSE), flags=_WITHOUT_EXAMPLES),
    Run(
        name="apply",
        folders=("tests/apply",),
        flags=("-n", "8", "--maxschedchunk", "1", *_ignored(*_EMULATED), *_WITHOUT_EXAMPLES),
        nice=5,
    ),
    Run(
        name="compute",
        folders=("tests/unit", "tests/policies", "tests/plan", *_EMULATED),
        # The tests of one file share what they synthesize.
        flags=("-n", "2", "--dist", "loadgroup"),
        # With 19, an installation in this run took more than ten minutes.
        nice=10,
    ),
)
# Tests of constructs import cdktf, tests of operations import moto; each import takes a process seconds.
_WITH_NODE = tuple(f"tests/unit/{name}" for name in ("bindings", "local/compose", "modules"))
UNIT = (
    Run(name="nodejs", folders=_WITH_NODE, flags=_WITHOUT_EXAMPLES),
    Run(name="python", folders=("tests/unit",), flags=_ignored(*_WITH_NODE)),
)


def main(arguments: list[str]) -> int:
    """Run the tiers, print the failures and one closing line; exit 0 only when every run passed and tests ran."""
    runs, arguments = (UNIT, arguments[1:]) if arguments[:1] == ["unit"] else (RUNS, arguments)
    with tempfile.TemporaryDirectory() as folder:
        results = _side_by_side(runs, arguments, Path(folder))
    codes, total = [result.code for result in results], sum((result.outcomes for result in results), Counter[str]())
    for result in results:
        for failure in result.failures:
            print(_shortened(failure))
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 0 if codes and not any(codes) and total["passed"] else 1


def _shortened(failure: str) -> str:
    title, *lines = failure.splitlines()
    statements = [number for number, line in enumerate(lines) if line.startswith(">")]
    begin = statements[-1] if statements else max(0, len(lines) - REPORTED_LINES)
    return "\n".join([f"FAILED {title}", *lines[begin : begin + REPORTED_LINES], ""])


def _side_by_side(runs: Sequence[Run], arguments: list[str], folder: Path) -> list[Result]:
    present = [run for run in runs if any(_has_tests(ROOT / path) for path in run.folders)]
    processes = [_start(run, arguments, folder) for run in present]
    readers = [
        threading.Thread(target=_relay, args=(run, process), daemon=True)
        for run, process in zip(present, processes, strict=True)
    ]
    try:
        for reader in readers:
            reader.start()
        return [_finish(run, process, folder) for run, process in zip(present, processes, strict=True)]
    finally:
        for process in processes:
            process.terminate()
        for reader in readers:
            reader.join(timeout=10)


def _has_tests(path: Path) -> bool:
    return path.is_file() or any(path.rglob("test_*.py"))


def _start(run: Run, arguments: list[str], folder: Path) -> subprocess.Popen[str]:
    counts = f"--tier-counts={folder / run.name}.json"
    pytest = [sys.executable, "-m", "pytest", "-q", "--durations=30", counts, *run.folders, *run.flags, *arguments]
    return subprocess.Popen(
        ["nice", "-n", str(run.nice), *pytest],
        cwd=ROOT,
        env=GARBAGE_COLLECTION | os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _relay(run: Run, process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        print(f"{run.name:8s}| {line}", end="", flush=True)


def _finish(run: Run, process: subprocess.Popen[str], folder: Path) -> Result:
    code = process.wait()
    file = folder / f"{run.name}.json"
    if not file.exists():
        return Result(code, Counter(failed=1), (f"{run.name}: pytest exited with code {code} before it counted",))
    found = json.loads(file.read_text())
    return Result(0 if code == NOTHING_COLLECTED else code, Counter(found["outcomes"]), tuple(found["failures"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
