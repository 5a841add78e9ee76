"""Runs all of Airflow in one container (topologies ``sequential`` and ``single``); when one process ends, all end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from airflow_fargate.components import ALL_IN_ONE, API_SERVER_ARGUMENTS

POLL_SECONDS = 0.5
# Seconds between this supervisor's SIGKILL and that of ECS.
STOP_MARGIN_SECONDS = 5.0


class Terminated(Exception):
    """Raised by the handler of SIGTERM and SIGINT."""


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise Terminated


def supervise(commands: dict[str, list[str]], *, stop_seconds: float) -> int:
    """Run ``commands`` until one of them ends or SIGTERM arrives, then stop all.

    Args:
        commands: command line of each process by name.
        stop_seconds: seconds between SIGTERM and SIGKILL.

    Returns:
        0 after SIGTERM; 1 after a process ended, so that ECS starts a new task.
    """
    processes: dict[str, subprocess.Popen[bytes]] = {}
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, _terminate)
    try:
        for name, command in commands.items():
            processes[name] = subprocess.Popen(command)
        while not (ended := [name for name, process in processes.items() if process.poll() is not None]):
            time.sleep(POLL_SECONDS)
    except Terminated:
        return 0
    else:
        code = processes[ended[0]].returncode
        print(f"airflow-fargate: {ended[0]} ended with {code}; stopping the other processes", flush=True)
        return 1
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stop(list(processes.values()), seconds=stop_seconds)


def stop(processes: list[subprocess.Popen[bytes]], *, seconds: float) -> None:
    """Send SIGTERM to all processes, and SIGKILL to those that still run after ``seconds``."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + seconds
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    timeout = float(os.environ.get("AIRFLOW_STOP_TIMEOUT") or 30)
    stop_seconds = max(1.0, timeout - STOP_MARGIN_SECONDS)
    commands = {name: ["airflow", name] for name in ALL_IN_ONE}
    commands["api-server"].extend(API_SERVER_ARGUMENTS)
    sys.exit(supervise(commands, stop_seconds=stop_seconds))
