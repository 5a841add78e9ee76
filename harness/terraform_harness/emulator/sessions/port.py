"""Connects a port of a container with a data channel, one connection at a time.

Newer agents send several connections over one channel. The plugin uses the protocol for one connection with an agent
of an older version, which this agent reports. It connects to the port with the first bytes of the client.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

from terraform_harness.emulator.sessions.channel import Channel
from terraform_harness.emulator.sessions.message import Flag, Payload
from terraform_harness.emulator.sessions.terminal import CHUNK_BYTES, is_termination

CONNECT_SECONDS = 10


def run(channel: Channel, port: int) -> None:
    """Forward until the client ends the session.

    Args:
        channel: The data channel.
        port: The port on this machine at which the port of the container can be reached; 0 for none.
    """
    connection: socket.socket | None = None
    while (message := channel.receive()) and not is_termination(message):
        if message.type is Payload.FLAG:
            _close(connection)
            connection = None
        elif message.type is Payload.OUTPUT:
            connection = connection or _connect(channel, port)
            if connection:
                with suppress(OSError):
                    connection.sendall(message.payload)
    _close(connection)


def _connect(channel: Channel, port: int) -> socket.socket | None:
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_SECONDS)
    except OSError:
        channel.send(Payload.FLAG, struct.pack(">I", Flag.CONNECT_TO_PORT_ERROR))
        return None
    connection.settimeout(None)
    threading.Thread(target=_return, args=(channel, connection), daemon=True).start()
    return connection


def _return(channel: Channel, connection: socket.socket) -> None:
    """Send what the port answers."""
    with suppress(OSError):
        while data := connection.recv(CHUNK_BYTES):
            channel.send(Payload.OUTPUT, data)


def _close(connection: socket.socket | None) -> None:
    if connection:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
