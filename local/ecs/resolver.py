"""A DNS server for A records, in place of the resolver of the VPC: https://www.rfc-editor.org/rfc/rfc1035."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Sequence

TTL_SECONDS = 5
_HEADER = struct.Struct(">HHHHHH")
_QUESTION = struct.Struct(">HH")
_A, _IN = 1, 1
_RESPONSE, _NO_SUCH_NAME = 0x8180, 3
Lookup = Callable[[str], Sequence[str] | None]


def serve(server: socket.socket, lookup: Lookup) -> None:
    """Answer queries on a UDP socket in a thread until the socket is closed.

    Args:
        server: bound socket.
        lookup: returns the IPv4 addresses of a name, which may be none at the moment; None for an unknown name.
    """
    threading.Thread(target=_serve, args=(server, lookup), name="resolver", daemon=True).start()


def _serve(server: socket.socket, lookup: Lookup) -> None:
    while True:
        try:
            query, client = server.recvfrom(4096)
        except OSError:
            return
        try:
            server.sendto(answer(query, lookup), client)
        except (OSError, ValueError, struct.error, IndexError):
            continue


def answer(query: bytes, lookup: Lookup) -> bytes:
    """The response to a query with one question: every A record of the name, no records of other types.

    Raises:
        ValueError: the query is not UTF-8.
    """
    id_, _, questions, *_ = _HEADER.unpack_from(query)
    labels, position = [], _HEADER.size
    while length := query[position]:
        labels.append(query[position + 1 : position + 1 + length].decode())
        position += 1 + length
    end = position + 1 + _QUESTION.size
    kind, _ = _QUESTION.unpack_from(query, position + 1)
    addresses = lookup(".".join(labels).lower())
    found = addresses if addresses and kind == _A else ()
    flags = _RESPONSE | (_NO_SUCH_NAME if addresses is None else 0)
    # 0xC00C points at the name in the question.
    records = [struct.pack(">HHHIH4s", 0xC00C, _A, _IN, TTL_SECONDS, 4, socket.inet_aton(item)) for item in found]
    return (
        _HEADER.pack(id_, flags, min(questions, 1), len(records), 0, 0) + query[_HEADER.size : end] + b"".join(records)
    )
