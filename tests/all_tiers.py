"""``make test``: run every tier; tiers that wait and tiers that compute run side by side, the container tiers alone.

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

from local.repository import ROOT

NOTHING_COLLECTED = 5
# The end of the log repeats each failure from the statement that failed: CI systems show the end of a log.
REPORTED_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One pytest process over the folders of some tiers."""

    name: str
    folders: tuple[str, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one run: pytest's exit code, the number of tests by outcome, and the text of each failure."""

    code: int
    outcomes: Counter[str]
    failures: tuple[str, ...]


# Applies wait for the provider's timers, not for the processor; the tests of one file share what they synthesize.
WAVES = (
    (
        Run(name="apply", folders=("tests/apply",), flags=("-n", "8", "--maxschedchunk", "1")),
        Run(
            name="compute",
            folders=("tests/unit", "tests/policies", "tests/plan"),
            flags=("-n", "2", "--dist", "loadgroup"),
        ),
    ),
    (Run(name="engine", folders=("tests/image", "tests/live")),),
)
# Tests of constructs import cdktf, tests of operations import moto; each import takes a process seconds.
_WITH_NODE = tuple(f"tests/unit/{name}" for name in ("bindings", "local/compose", "modules"))
UNIT = (
    (
        Run(name="nodejs", folders=_WITH_NODE, flags=("-p", "no:hypothesispytest")),
        Run(name="python", folders=("tests/unit",), flags=tuple(f"--ignore={folder}" for folder in _WITH_NODE)),
    ),
)


def main(arguments: list[str]) -> int:
    """Run the tiers, print the failures and one closing line; exit 0 only when every run passed and tests ran."""
    waves, arguments = (UNIT, arguments[1:]) if arguments[:1] == ["unit"] else (WAVES, arguments)
    with tempfile.TemporaryDirectory() as folder:
        results = [result for wave in waves for result in _side_by_side(wave, arguments, Path(folder))]
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


def _side_by_side(wave: Sequence[Run], arguments: list[str], folder: Path) -> list[Result]:
    present = [run for run in wave if any(any((ROOT / folder).rglob("test_*.py")) for folder in run.folders)]
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


def _start(run: Run, arguments: list[str], folder: Path) -> subprocess.Popen[str]:
    counts = f"--tier-counts={folder / run.name}.json"
    command = [sys.executable, "-m", "pytest", "-q", "--durations=30", counts, *run.folders, *run.flags, *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
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
