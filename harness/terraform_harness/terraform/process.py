"""A child process whose lines are read as they come and that never outlives its parent's patience."""

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
    """How a child ended. ``interrupts`` counts how often it was asked to stop."""

    code: int
    error_text: str
    interrupts: int


def run(
    command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str], on_line: Callable[[str], None]
) -> Ended:
    """Run ``command`` in a group of its own; each line of its output goes to ``on_line``.

    Ctrl-C is passed on as SIGINT, once for each time it is pressed, and waited for. Whatever the child started (a
    provider, say) is ended with it.
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
    complaint: list[str] = []
    reader = threading.Thread(target=_collect, args=(process, complaint), daemon=True)
    reader.start()
    # What outlives the child would hold its output open, and this process with it.
    threading.Thread(target=_end_group, args=(process,), kwargs={"first": process.wait}, daemon=True).start()
    try:
        interrupts = _follow(process, on_line)
    finally:
        _end_group(process)
    reader.join(timeout=5)
    return Ended(code=process.returncode, error_text="".join(complaint), interrupts=interrupts)


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


def _end_group(process: subprocess.Popen[str], *, first: Callable[[], object] = lambda: None) -> None:
    first()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
