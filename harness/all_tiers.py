"""``make test``: every tier; those that wait beside those that compute, those with a container engine alone."""

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

from harness.tools import ROOT

NOTHING_COLLECTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One pytest process over the folders of some tiers."""

    name: str
    folders: tuple[str, ...]
    flags: tuple[str, ...] = ()


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


def main(arguments: list[str]) -> int:
    """Run all tiers, print one closing line for all; exit code 0 only when every run passed and something ran."""
    total: Counter[str] = Counter()
    codes = []
    with tempfile.TemporaryDirectory() as folder:
        for wave in WAVES:
            for code, counts in _side_by_side(wave, arguments, Path(folder)):
                codes.append(code)
                total += counts
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 0 if codes and not any(codes) and total["passed"] else 1


def _side_by_side(wave: Sequence[Run], arguments: list[str], folder: Path) -> list[tuple[int, Counter[str]]]:
    there = [run for run in wave if any(any((ROOT / one).rglob("test_*.py")) for one in run.folders)]
    processes = [_start(run, arguments, folder) for run in there]
    readers = [
        threading.Thread(target=_relay, args=(run, process), daemon=True)
        for run, process in zip(there, processes, strict=True)
    ]
    try:
        for reader in readers:
            reader.start()
        return [_finish(run, process, folder) for run, process in zip(there, processes, strict=True)]
    finally:
        for process in processes:
            process.terminate()
        for reader in readers:
            reader.join(timeout=10)


def _start(run: Run, arguments: list[str], folder: Path) -> subprocess.Popen[str]:
    counts = f"--tier-counts={folder / run.name}.json"
    command = [sys.executable, "-m", "pytest", "-q", counts, *run.folders, *run.flags, *arguments]
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


def _finish(run: Run, process: subprocess.Popen[str], folder: Path) -> tuple[int, Counter[str]]:
    code = process.wait()
    file = folder / f"{run.name}.json"
    found: Counter[str] = Counter(json.loads(file.read_text())) if file.exists() else Counter(failed=1)
    return (0 if code == NOTHING_COLLECTED else code), found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
