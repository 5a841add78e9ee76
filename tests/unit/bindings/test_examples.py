"""The examples in the docstrings of the bindings run, in a process where nothing was imported before."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = "import cdktf_fast_bindings, doctest; assert doctest.testmod(cdktf_fast_bindings) == (0, 3)"


def test_examples_run() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
