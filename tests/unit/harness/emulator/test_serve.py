"""The emulator sends headers and body together, and handles one request at a time."""

from __future__ import annotations

import io
import socket
import threading
import time
import types
from collections.abc import Iterator
from typing import Any

import pytest
from terraform_harness.emulator.serve import SerialApplication, SingleWriteHandler

REQUEST = b"POST / HTTP/1.1\r\nHost: emulator\r\nContent-Length: 0\r\n\r\n"


def _application(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "6")])
    return [b"an", b"swer"]


@pytest.mark.feature("H3")
def test_headers_and_body_are_sent_in_one_write() -> None:
    # SOCK_SEQPACKET keeps the boundaries of writes, a stream does not.
    client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with client, server:
        client.send(REQUEST)
        site = types.SimpleNamespace(
            app=SerialApplication(_application),
            server_address=("127.0.0.1", 80),
            ssl_context=None,
            multithread=True,
            multiprocess=False,
            passthrough_errors=True,
            _server_version="test",
            log=print,
        )
        SingleWriteHandler(server, ("127.0.0.1", 1), site)  # type: ignore[arg-type]
        first = client.recv(1 << 20)
    head, _, body = first.partition(b"\r\n\r\n")
    assert (head.split(b"\r\n")[0], body) == (b"HTTP/1.0 200 OK", b"answer")


class Backend:
    """Counts concurrent requests, including those whose response is still being read."""

    def __init__(self) -> None:
        self.active, self.most, self.closed, self.bodies = 0, 0, 0, set[bytes]()

    def __call__(self, environ: dict[str, Any], _start: Any) -> Backend:
        self.active += 1
        self.bodies.add(environ["wsgi.input"].read())
        return self

    def __iter__(self) -> Iterator[bytes]:
        self.most = max(self.most, self.active)
        time.sleep(0.01)
        yield b"answer"

    def close(self) -> None:
        self.closed += 1
        self.active -= 1


@pytest.mark.feature("H3")
def test_requests_are_handled_one_at_a_time() -> None:
    backend = Backend()
    application, responses = SerialApplication(backend), list[list[bytes]]()

    def send(number: int) -> None:
        body = str(number).encode()
        environ = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body + b" of the next request")}
        responses.append(application(environ, None))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (backend.most, backend.closed, responses) == (1, 8, [[b"answer"]] * 8)
    assert backend.bodies == {str(number).encode() for number in range(8)}
