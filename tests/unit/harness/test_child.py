"""A child process: its lines come as they are written, and nothing of it outlives it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from terraform_harness.terraform import process as child

LEAVES_A_CHILD = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
"""


def run(code: str, tmp_path: Path) -> tuple[child.Ended, list[str]]:
    lines: list[str] = []
    ended = child.run([sys.executable, "-c", code], cwd=tmp_path, environment=os.environ, on_line=lines.append)
    return ended, lines


def test_lines_and_complaints_are_kept_apart(tmp_path: Path) -> None:
    ended, lines = run("import sys; print('one'); print('two'); print('bad', file=sys.stderr); sys.exit(3)", tmp_path)
    assert lines == ["one\n", "two\n"]
    assert (ended.code, ended.error_text, ended.interrupts) == (3, "bad\n", 0)


def test_what_the_child_started_ends_with_it(tmp_path: Path) -> None:
    _, lines = run(LEAVES_A_CHILD, tmp_path)
    grandchild = Path("/proc") / lines[0].strip()
    deadline = time.monotonic() + 60
    while grandchild.exists() and "State:\tZ" not in (grandchild / "status").read_text():
        assert time.monotonic() < deadline, "the grandchild lives on"
        time.sleep(0.05)
