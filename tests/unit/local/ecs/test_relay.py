"""The relay forwards connections in both directions, and closes those that it cannot forward."""

from __future__ import annotations

import socket
import struct
import urllib.request
from http.server import BaseHTTPRequestHandler

import pytest

from local.ecs.relay import Relay, on_loopback, to_loopback
from tests.serving import served


class Reverse(BaseHTTPRequestHandler):
    """Answers with the request's body in reverse."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body[::-1])

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_relay_forwards_in_both_directions() -> None:
    body = b"0123456789" * 100_000
    with served(Reverse) as port:
        relay = Relay(on_loopback(), to_loopback(port))
        with urllib.request.urlopen(f"http://127.0.0.1:{relay.port}", data=body, timeout=60) as answer:
            assert answer.read() == body[::-1]
        relay.close()


def test_connection_is_closed_when_its_target_is_away() -> None:
    def away() -> socket.socket:
        raise OSError("no target")

    relay = Relay(on_loopback(), away)
    with socket.create_connection(("127.0.0.1", relay.port), timeout=60) as client:
        assert client.recv(1) == b""
    port = relay.port
    relay.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)


def test_client_learns_that_its_target_was_reset() -> None:
    """As by a killed container: a client that waits for an answer would wait until its own time limit."""
    with socket.create_server(("127.0.0.1", 0)) as target:
        relay = Relay(on_loopback(), to_loopback(target.getsockname()[1]))
        with socket.create_connection(("127.0.0.1", relay.port), timeout=60) as client:
            client.sendall(b"request")
            accepted, _ = target.accept()
            assert accepted.recv(7) == b"request"
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            accepted.close()
            assert client.recv(1) == b""
        relay.close()
