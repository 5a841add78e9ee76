"""A process passes on its lines, and its own children end with it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from terraform_harness.terraform import process

STARTS_A_CHILD = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
"""


def run(code: str, tmp_path: Path) -> tuple[process.Ended, list[str]]:
    lines: list[str] = []
    ended = process.run([sys.executable, "-c", code], cwd=tmp_path, environment=os.environ, on_line=lines.append)
    return ended, lines


def test_output_and_errors_are_kept_apart(tmp_path: Path) -> None:
    ended, lines = run("import sys; print('one'); print('two'); print('bad', file=sys.stderr); sys.exit(3)", tmp_path)
    assert lines == ["one\n", "two\n"]
    assert (ended.code, ended.error_text, ended.interrupts) == (3, "bad\n", 0)


def test_children_end_with_the_process(tmp_path: Path) -> None:
    _, lines = run(STARTS_A_CHILD, tmp_path)
    started = Path("/proc") / lines[0].strip()
    deadline = time.monotonic() + 60
    while started.exists() and "State:\tZ" not in (started / "status").read_text():
        assert time.monotonic() < deadline, "the child is still running"
        time.sleep(0.05)
