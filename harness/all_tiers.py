"""``make test``: every tier of tests, the ones that wait side by side, the ones that use the container engine alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from harness.tools import ROOT

# Applies wait for the provider's timers, not for the processor: nine of them, and a few workers for all the rest.
RUNS = (
    (("tests/apply", "tests/plan", "tests/policies", "tests/unit"), ("-n", "12", "--maxschedchunk", "1")),
    (("tests/image", "tests/live"), ()),
)
NOTHING_COLLECTED = 5


def main(arguments: list[str]) -> int:
    """Run all tiers, print one closing line for all; exit code 0 only when every run passed and something ran."""
    total: Counter[str] = Counter()
    codes = []
    for folders, flags in RUNS:
        there = [folder for folder in folders if any((ROOT / folder).rglob("test_*.py"))]
        if there:
            code, counts = _run([*there, *flags, *arguments])
            codes.append(code)
            total += counts
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 0 if codes and not any(codes) and total["passed"] else 1


def _run(arguments: list[str]) -> tuple[int, Counter[str]]:
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        command = [sys.executable, "-m", "pytest", "-q", f"--tier-counts={counts}", *arguments]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        found: Counter[str] = Counter(json.loads(counts.read_text())) if counts.exists() else Counter(failed=1)
    return (0 if code == NOTHING_COLLECTED else code), found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
