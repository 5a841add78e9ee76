"""Measures wall time, CPU time and peak memory of a command with its child processes."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Linux keeps the peak of each process, so that few samples suffice and do not slow the command.
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """``wall`` and ``processor`` time in seconds; ``memory`` is the sum of the peaks of all processes in MiB."""

    wall: float
    processor: float
    memory: float


@dataclass(frozen=True, slots=True)
class Series:
    """The costs of several runs of one command; each measure is the median."""

    costs: tuple[Cost, ...]

    @property
    def wall(self) -> float:
        return statistics.median(cost.wall for cost in self.costs)

    @property
    def processor(self) -> float:
        return statistics.median(cost.processor for cost in self.costs)

    @property
    def memory(self) -> float:
        return statistics.median(cost.memory for cost in self.costs)

    def seconds(self, measure: str = "wall") -> str:
        """Return the median with the range of all runs: ``"2.31 s (2.20-2.61)"``."""
        values = [getattr(cost, measure) for cost in self.costs]
        return f"{statistics.median(values):.2f} s ({min(values):.2f}-{max(values):.2f})"

    def mebibytes(self) -> str:
        """Return the median of the memory with the range of all runs."""
        values = [cost.memory for cost in self.costs]
        return f"{statistics.median(values):.0f} MiB ({min(values):.0f}-{max(values):.0f})"


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Cost:
    """Run ``command`` and measure it. Raises RuntimeError with the end of its stderr when it fails."""
    with tempfile.TemporaryFile() as stderr:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, cwd=cwd, stdout=subprocess.DEVNULL, stderr=stderr
        )
        peaks = _Peaks(process.pid)
        peaks.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        peaks.stop()
        if process.returncode:
            stderr.seek(0)
            text = stderr.read()[-2000:].decode(errors="replace")
            raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}\n{text}")
    # ``ru_maxrss`` includes the memory that the process shared with its parent before ``exec``: only a fallback.
    memory = peaks.mebibytes or _largest(usage)
    return Cost(wall=wall, processor=usage.ru_utime + usage.ru_stime, memory=memory)


def in_turn(rounds: int, *candidates: Callable[[], Cost]) -> list[Series]:
    """Measure the candidates in turn, ``rounds`` times, so that other load on the machine affects all of them."""
    rows = [[candidate() for candidate in candidates] for _ in range(rounds)]
    return [Series(costs) for costs in zip(*rows, strict=True)]


def _largest(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 2**10


class _Peaks(threading.Thread):
    """Reads the peak memory of every process in a tree while it runs (Linux only; zero elsewhere)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self._peaks: dict[int, float] = {}

    @property
    def mebibytes(self) -> float:
        return sum(self._peaks.values())

    def run(self) -> None:
        while not self._ended.wait(POLL_SECONDS):
            for pid in _tree(self._pid):
                # The last value counts: until ``exec`` a child shares the memory of its parent.
                self._peaks[pid] = _peak(pid) or self._peaks.get(pid, 0.0)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _tree(pid: int) -> list[int]:
    """Process ids of the tree below ``pid``; a thread or process that has just ended is skipped."""
    found = [pid]
    for task in _entries(Path(f"/proc/{pid}/task")):
        for child in _text(task / "children").split():
            found += _tree(int(child))
    return found


def _peak(pid: int) -> float:
    """The largest resident memory that a process has had, in MiB; 0 when it has ended."""
    lines = (line for line in _text(Path(f"/proc/{pid}/status")).splitlines() if line.startswith("VmHWM:"))
    return int(next(lines, "VmHWM: 0").split()[1]) / 2**10


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
