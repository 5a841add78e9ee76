"""Runs a program line by line, and ends every process that it has started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended. ``interrupts`` counts the interrupts (Ctrl-C) that were passed on to it."""

    code: int
    error_text: str
    interrupts: int


def run(
    command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str], on_line: Callable[[str], None]
) -> Ended:
    """Run ``command`` in a separate process group and wait for its end.

    Ctrl-C is passed on as SIGINT, once for each time it is pressed. Processes that the program started, for instance
    Terraform providers, are killed when it ends.

    Args:
        command: The program and its arguments.
        cwd: The working directory.
        environment: All environment variables.
        on_line: Called with each line of standard output.
    """
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    error_lines: list[str] = []
    reader = threading.Thread(target=_collect, args=(process, error_lines), daemon=True)
    reader.start()
    # A process that outlives the program keeps its output open, and reading would not end.
    threading.Thread(target=_kill_group, args=(process,), kwargs={"first": process.wait}, daemon=True).start()
    try:
        interrupts = _follow(process, on_line)
    finally:
        _kill_group(process)
    reader.join(timeout=5)
    return Ended(code=process.returncode, error_text="".join(error_lines), interrupts=interrupts)


def _follow(process: subprocess.Popen[str], on_line: Callable[[str], None]) -> int:
    interrupts = 0
    while True:
        try:
            for line in process.stdout or ():
                on_line(line)
            process.wait()
        except KeyboardInterrupt:
            interrupts += 1
            process.send_signal(signal.SIGINT)
        else:
            return interrupts


def _collect(process: subprocess.Popen[str], into: list[str]) -> None:
    for line in process.stderr or ():
        into.append(line)


def _kill_group(process: subprocess.Popen[str], *, first: Callable[[], object] = lambda: None) -> None:
    first()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
