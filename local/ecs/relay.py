"""Forwards TCP connections: from a socket in one network namespace to a socket in another."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Relay:
    """Accepts connections and forwards each to a new connection, until it is closed.

    Args:
        listener: socket that listens. The relay closes it.
        dial: opens the connection to forward to; raises OSError where that is impossible.
    """

    def __init__(self, listener: socket.socket, dial: Callable[[], socket.socket]) -> None:
        self._listener, self._dial = listener, dial
        threading.Thread(target=self._serve, name="relay", daemon=True).start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Accept no more connections."""
        # Closing alone does not wake the thread that waits in accept().
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        finally:
            self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client:
            try:
                target = self._dial()
            except OSError:
                return
            with target:
                target.settimeout(None)
                back = threading.Thread(target=_copy, args=(target, client), daemon=True)
                back.start()
                _copy(client, target)
                back.join()


def on_loopback() -> socket.socket:
    """A socket that listens on a free port of this machine's loopback interface."""
    return socket.create_server(("127.0.0.1", 0))


def to_loopback(port: int) -> Callable[[], socket.socket]:
    """Return the ``dial`` of a relay to a loopback port of this machine."""
    return lambda: socket.create_connection(("127.0.0.1", port), timeout=30)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Forward data until one end is closed or reset, and tell the other end, which may wait for an answer."""
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
