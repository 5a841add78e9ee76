"""Starts the Node program of jsii directly: one process instead of two, without a relay for each of 5,000 calls."""

from __future__ import annotations

import atexit
import io
import os
import platform
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import IO, Any

# jsii's program reads and writes file descriptor 3; the shell duplicates our socket to it.
_SOCKET_AS_3 = 'exec "$@" 3<&0 0</dev/null'


def require_node() -> None:
    """Raise ValueError when jsii cannot start: without Node.js its error is a traceback about another problem."""
    node = os.environ.get("JSII_NODE", "node")
    if "JSII_RUNTIME" not in os.environ and shutil.which(node) is None:
        raise ValueError(f"{node} is missing, and cdktf runs in it. Fix: install Node.js 20 or newer")


def use_direct_node() -> None:
    """Let jsii start its program directly, unless ``JSII_RUNTIME`` names another program. Needs a known jsii."""
    if "JSII_RUNTIME" in os.environ or os.name != "posix":
        return
    from jsii._kernel.providers import process

    node = shutil.which(os.environ.get("JSII_NODE", "node"))
    if node is not None:
        process._NodeProcess.start = lambda kernel: _start(kernel, node)


class _Channel:
    """The interface of the Node process that jsii uses: its standard input and output are one socket."""

    def __init__(self, node: subprocess.Popen[bytes], ours: socket.socket) -> None:
        self.stdin: IO[bytes] = ours.makefile("wb")
        self.stdout: IO[bytes] = ours.makefile("rb")
        self.stderr: IO[bytes] = io.BytesIO()
        self.wait, self.terminate = node.wait, node.terminate
        ours.close()


def _start(kernel: Any, node: str) -> None:
    program = Path(kernel._jsii_runtime()).parents[1].joinpath("lib", "program.js")
    flags = "--max-old-space-size=4069", "--preserve-symlinks"
    command = ["/bin/sh", "-c", _SOCKET_AS_3, "sh", node, *flags, str(program)]
    ours, theirs = socket.socketpair()
    with theirs:
        environment = {**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"}
        kernel._process = _Channel(subprocess.Popen(command, stdin=theirs.fileno(), env=environment), ours)
    # JavaScript prints to the output of this process; jsii needs a thread that it can join.
    kernel.sink_thread = threading.Thread(target=int)
    kernel.sink_thread.start()
    atexit.register(kernel.stop)
    kernel.handshake()
