"""Measures wall time, CPU time and peak memory of a command with its child processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Cost:
    """``wall`` and ``processor`` time in seconds; ``memory`` is the peak of the whole process tree in MiB."""

    wall: float
    processor: float
    memory: float


def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Cost:
    """Run ``command`` and measure it. Raises RuntimeError with the end of its stderr when it fails."""
    before, began = os.times(), time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        cwd=cwd,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        peak = _Peak(process.pid)
        peak.start()
        _, stderr = process.communicate()
        wall = time.perf_counter() - began
        peak.join()
    after = os.times()
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}\n{stderr[-2000:]}")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(wall=wall, processor=spent, memory=peak.mebibytes)


def best(rounds: int, *candidates: Callable[[], Cost]) -> list[Cost]:
    """The minimum of each measure over ``rounds``; the candidates alternate, because noise only adds."""
    taken: list[list[Cost]] = [[] for _ in candidates]
    for _ in range(rounds):
        for costs, candidate in zip(taken, candidates, strict=True):
            costs.append(candidate())
    return [
        Cost(
            min(cost.wall for cost in costs), min(cost.processor for cost in costs), min(cost.memory for cost in costs)
        )
        for costs in taken
    ]


class _Peak(threading.Thread):
    """Samples the resident memory of a process tree while it runs (Linux only; zero elsewhere)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.mebibytes = pid, 0.0

    def run(self) -> None:
        while pids := _tree(self._pid):
            self.mebibytes = max(self.mebibytes, sum(map(_resident, pids)))
            time.sleep(POLL_SECONDS)


def _tree(pid: int) -> list[int]:
    """Process ids of the tree below ``pid``; empty when the process has ended."""
    folder = Path(f"/proc/{pid}")
    try:
        if " Z " in (folder / "stat").read_text():
            return []
        children = [
            int(word) for task in (folder / "task").iterdir() for word in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [pid, *(found for child in children for found in _tree(child))]


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
