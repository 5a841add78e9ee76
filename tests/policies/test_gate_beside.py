"""The copy of the process that runs checkov's rules: used where it helps, replaced where it fails."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from local.repository import ROOT

PROGRAM = """
import os, threading
{before}
from terraform_gate.gate.forked_process import beside
me = os.getpid()
def work():
    {work}
    return "copy" if os.getpid() != me else "here"
with beside(work) as answer:
    print(answer())
"""
A_THREAD = "threading.Thread(target=threading.Event().wait, daemon=True).start()"


def answer(work: str, *prefix: str, before: str = "") -> str:
    command = [*prefix, sys.executable, "-c", PROGRAM.format(work=work, before=before)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux" or (os.cpu_count() or 1) < 2, reason="needs Linux and two cores")
def test_work_is_done_in_a_copy() -> None:
    assert answer("pass") == "copy"


def test_copy_that_dies_is_replaced() -> None:
    assert answer("os.getpid() == me or os._exit(9)") == "here"


@pytest.mark.skipif(sys.platform != "linux", reason="taskset is Linux's")
def test_one_core_needs_no_copy() -> None:
    assert answer("pass", "taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))) == "here"


def test_process_with_threads_is_not_copied() -> None:
    assert answer("pass", before=A_THREAD) == "here"
