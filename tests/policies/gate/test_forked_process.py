"""The forked process is used where it helps; its work is done in this process otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from local.repository import ROOT

PROGRAM = """
import os, threading
{before}
from terraform_gate.gate.forked_process import run_in_fork
me = os.getpid()
def work():
    {work}
    return "fork" if os.getpid() != me else "here"
with run_in_fork(work) as answer:
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
def test_function_runs_in_a_forked_process() -> None:
    assert answer("pass") == "fork"


def test_function_runs_in_this_process_when_the_fork_dies() -> None:
    assert answer("os.getpid() == me or os._exit(9)") == "here"


@pytest.mark.skipif(sys.platform != "linux", reason="taskset is Linux's")
def test_one_core_needs_no_fork() -> None:
    assert answer("pass", "taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))) == "here"


def test_process_with_threads_is_not_forked() -> None:
    assert answer("pass", before=A_THREAD) == "here"
