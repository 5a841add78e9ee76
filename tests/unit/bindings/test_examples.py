"""The examples in the docstrings of the bindings run, in a process where nothing was imported before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.repository import ROOT

PROGRAM = "import cdktf_fast_bindings, doctest; assert doctest.testmod(cdktf_fast_bindings) == (0, 3)"


def test_examples_run() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_example_synthesizes(tmp_path: Path) -> None:
    text = (ROOT / "bindings" / "README.md").read_text()
    example = tmp_path / "example.py"
    example.write_text(text.split("```python\n")[1].split("```")[0])
    done = subprocess.run([sys.executable, example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "lean\n"
    assert (tmp_path / "cdktf.out" / "stacks" / "example" / "cdk.tf.json").exists()


def test_cdktf_itself_is_loaded_lean_and_without_output() -> None:
    program = "import cdktf_fast_bindings as fast; fast.install(); import cdktf; print(type(cdktf.__loader__).__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("LeanCode\n", "")
