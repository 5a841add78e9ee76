"""All of Airflow in one container (topologies ``sequential`` and ``single``): start the processes, end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from airflow_fargate.components import ALL_IN_ONE

LOOK_EVERY = 0.5
# Room between the last patience and ECS's SIGKILL.
MARGIN = 5.0


class Ended(Exception):
    """SIGTERM has come."""


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise Ended


def supervise(commands: dict[str, list[str]], *, patience: float) -> int:
    """Run ``commands`` until one ends or SIGTERM comes; then end all within ``patience`` seconds.

    Returns 0 after SIGTERM, and 1 when a process ended by itself, for ECS to start a new container.
    """
    processes: dict[str, subprocess.Popen[bytes]] = {}
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        for name, command in commands.items():
            processes[name] = subprocess.Popen(command)
        while not (gone := [name for name, process in processes.items() if process.poll() is not None]):
            time.sleep(LOOK_EVERY)
    except Ended:
        return 0
    else:
        print(f"airflow-fargate: {gone[0]} ended with {processes[gone[0]].returncode}; ending the rest", flush=True)
        return 1
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stop(list(processes.values()), patience=patience)


def stop(processes: list[subprocess.Popen[bytes]], *, patience: float) -> None:
    """SIGTERM to all; SIGKILL to what is left after ``patience`` seconds."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + patience
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    timeout = float(os.environ.get("AIRFLOW_STOP_TIMEOUT") or 30)
    sys.exit(supervise({name: ["airflow", name] for name in ALL_IN_ONE}, patience=max(1.0, timeout - MARGIN)))
