"""The emulator's answers leave with their headers, because Terraform's provider does not wait for what comes later."""

from __future__ import annotations

import socket
import types
from typing import Any

import pytest
from terraform_harness.emulator.serve import InOnePiece, OneAtATime

REQUEST = b"POST / HTTP/1.1\r\nHost: emulator\r\nContent-Length: 0\r\n\r\n"


def _application(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "6")])
    return [b"an", b"swer"]


@pytest.mark.feature("H3")
def test_headers_and_body_leave_together() -> None:
    # Packets keep their borders, which a stream's segments do not.
    client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with client, server:
        client.send(REQUEST)
        site = types.SimpleNamespace(
            app=OneAtATime(_application),
            server_address=("127.0.0.1", 80),
            ssl_context=None,
            multithread=True,
            multiprocess=False,
            passthrough_errors=True,
            _server_version="test",
            log=print,
        )
        InOnePiece(server, ("127.0.0.1", 1), site)  # type: ignore[arg-type]
        first = client.recv(1 << 20)
    head, _, body = first.partition(b"\r\n\r\n")
    assert (head.split(b"\r\n")[0], body) == (b"HTTP/1.0 200 OK", b"answer")
