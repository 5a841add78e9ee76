"""Costs include child processes, and a thread that ends does not end the measurement."""

from __future__ import annotations

import sys

import pytest

from bench.measure import Cost, Series, in_turn, run

# Threads end all the time; 96 MiB in the process and 64 MiB in its child are used late, and released.
PROGRAM = """
import subprocess, sys, threading, time
child = "import time; block = bytearray(64 << 20); time.sleep(0.6)"
for _ in range(200):
    threading.Thread(target=int).start()
block = bytearray(96 << 20)
del block
subprocess.run([sys.executable, "-S", "-c", child])
"""


def test_memory_is_the_sum_of_the_peaks_of_all_processes() -> None:
    cost = run([sys.executable, "-S", "-c", PROGRAM])
    assert 160 < cost.memory < 220
    assert cost.wall > 0.6
    assert cost.processor < cost.wall


def test_failure_has_the_end_of_the_error_output() -> None:
    with pytest.raises(RuntimeError, match=r"exit 3\nout of order"):
        run([sys.executable, "-S", "-c", "import sys; sys.stderr.write('out of order'); sys.exit(3)"])


def test_median_and_range_are_reported() -> None:
    costs = iter([Cost(3.0, 0.3, 30), Cost(1.0, 0.1, 10), Cost(2.0, 0.2, 20)])
    (series,) = in_turn(3, lambda: next(costs))
    assert isinstance(series, Series)
    assert (series.wall, series.processor, series.memory) == (2.0, 0.2, 20)
    assert (series.seconds(), series.seconds("processor")) == ("2.00 s (1.00-3.00)", "0.20 s (0.10-0.30)")
    assert series.mebibytes() == "20 MiB (10-30)"
