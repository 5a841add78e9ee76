"""The network namespace of a running container: runs commands in it, and opens sockets in it without a process inside.

Linux and root only. A thread that enters a namespace stays in it, so each call uses a separate thread; sockets keep
the namespace in which they were created.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

CLONE_NEWNET = 0x40000000
TIMEOUT_SECONDS = 30
T = TypeVar("T")


class NamespaceError(RuntimeError):
    """A namespace cannot be entered, or a command in it failed; the message is that of the command."""


@dataclass(frozen=True, slots=True)
class NetworkNamespace:
    """The network namespace of a process.

    Args:
        pid: id of a process in the namespace, on this machine.
    """

    pid: int

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in a thread inside of the namespace and return its result.

        Raises:
            NamespaceError: the process has ended, or this process is not root.
        """
        results: list[T] = []
        errors: list[BaseException] = []

        def enter() -> None:
            try:
                self._enter()
                results.append(function())
            except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
                errors.append(error)

        thread = threading.Thread(target=enter, daemon=True)
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    def _enter(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        try:
            file = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
        except OSError as error:
            raise NamespaceError(f"network namespace of process {self.pid}: {error.strerror}") from error
        try:
            if libc.setns(file, CLONE_NEWNET):
                reason = os.strerror(ctypes.get_errno())
                raise NamespaceError(f"network namespace of process {self.pid}: {reason}. Fix: run as root")
        finally:
            os.close(file)

    def run(self, *words: str, script: str = "") -> str:
        """Run a command inside of the namespace, with ``script`` as its standard input, and return its output.

        Raises:
            NamespaceError: the command failed.
        """
        command = ["nsenter", "--target", str(self.pid), "--net", *words]
        done = subprocess.run(
            command, input=script, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
        if done.returncode:
            raise NamespaceError(f"{' '.join(words)}: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def nft(self, script: str) -> None:
        """Apply an nft script: all of it, or nothing."""
        self.run("nft", "--file", "-", script=script)

    def listen(self, address: str, port: int) -> socket.socket:
        """Return a TCP socket that listens in the namespace."""
        return self.call(lambda: _listener(address, port))

    def connect(self, address: str, port: int, *, seconds: float) -> socket.socket:
        """Open a TCP connection from the namespace.

        Raises:
            OSError: the connection does not open within ``seconds``.
        """
        return self.call(lambda: socket.create_connection((address, port), timeout=seconds))


def _listener(address: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(128)
    return listener


def missing() -> list[str]:
    """What this machine lacks to filter packets in the namespaces of containers; empty where nothing is missing."""
    import shutil

    programs = [name for name in ("nft", "nsenter", "ip") if not shutil.which(name)]
    rights = [] if Path("/proc/self/ns/net").exists() and _is_root() else ["root on Linux"]
    return [*programs, *rights]


def _is_root() -> bool:
    identity: Any = getattr(os, "geteuid", None)
    return identity is not None and identity() == 0
