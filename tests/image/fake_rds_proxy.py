"""A fake of RDS Proxy's connection start: TLS only, and no start-up parameters beyond those that RDS Proxy accepts.

RDS Proxy answers ``options`` with the message in ``COMMAND_LINE_OPTIONS``; other settings in the start-up packet
(``statement_timeout``, ``replication``) fail as well. Pooling and pinning are not emulated.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html
"""

from __future__ import annotations

import asyncio
import ssl
import struct
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

SSL_REQUEST, GSS_ENCRYPTION_REQUEST, PROTOCOL_3 = 80877103, 80877104, 196608
# RDS Proxy spells the apostrophe typographically.
COMMAND_LINE_OPTIONS = (
    "Feature not supported: RDS Proxy currently doesn\N{RIGHT SINGLE QUOTATION MARK}t support command-line options."
)
TLS_REQUIRED = "This RDS Proxy requires TLS connections"
ACCEPTED = frozenset({"user", "database", "application_name", "client_encoding", "DateStyle", "TimeZone"})


class StartupRejected(Exception):
    """The message that RDS Proxy sends before it closes the connection."""


def start_up_parameters(packet: bytes) -> dict[str, str]:
    """The parameters of a start-up packet's body, which follows length and protocol version."""
    words = packet.decode().split("\0")
    return dict(zip(words[::2], words[1::2], strict=False)) if packet.strip(b"\0") else {}


def check(parameters: Mapping[str, str]) -> None:
    """Raise StartupRejected for a parameter that RDS Proxy does not accept."""
    given = {name for name in parameters if name}
    if "options" in given:
        raise StartupRejected(COMMAND_LINE_OPTIONS)
    if unsupported := sorted(given - ACCEPTED):
        raise StartupRejected(f"Feature not supported: RDS Proxy doesn't accept {unsupported[0]} at start-up")


def error_response(message: str, *, code: str = "0A000") -> bytes:
    """PostgreSQL's ErrorResponse with severity FATAL; the code is ``feature_not_supported`` if none is given."""
    fields = b"".join(f"{kind}{text}\0".encode() for kind, text in (("S", "FATAL"), ("C", code), ("M", message)))
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"


@dataclass(kw_only=True)
class FakeRdsProxy:
    """Listens on ``host`` until the block ends.

    Args:
        name: DNS name of the proxy, which the certificate is for.
        host: address of this machine that containers reach.
        database: address and port of PostgreSQL, which must accept connections without TLS from this machine.
        certificate: server certificate and private key.
    """

    name: str
    host: str
    database: tuple[str, int]
    certificate: tuple[Path, Path]
    port: int = 0
    accepted: list[dict[str, str]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    @property
    def options(self) -> tuple[str, ...]:
        """Options of ``docker run`` that make the name known in a container."""
        return ("--add-host", f"{self.name}:{self.host}")

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listening,), name="rds-proxy", daemon=True)
        self._thread.start()
        listening.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, listening: threading.Event) -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*self.certificate)
        self._tls = tls
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, self.host, 0))
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            packet = await self._accept(reader, writer)
            await self._relay(packet, reader, writer)
        except StartupRejected as error:
            self.rejected.append(str(error))
            writer.write(error_response(str(error)))
            with suppress(OSError):
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Read up to the start-up packet and return it; StartupRejected where RDS Proxy would close the connection."""
        encrypted = False
        while True:
            length, code = struct.unpack("!ii", await reader.readexactly(8))
            if code == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self._tls)
                encrypted = True
            elif code == GSS_ENCRYPTION_REQUEST:
                writer.write(b"N")
            elif code != PROTOCOL_3:
                raise StartupRejected(f"Feature not supported: request {code}")
            elif not encrypted:
                raise StartupRejected(TLS_REQUIRED)
            else:
                body = await reader.readexactly(length - 8)
                parameters = start_up_parameters(body)
                check(parameters)
                self.accepted.append(parameters)
                return struct.pack("!ii", length, code) + body

    async def _relay(self, packet: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        database_reader, database_writer = await asyncio.open_connection(*self.database)
        database_writer.write(packet)
        try:
            await asyncio.gather(copy(reader, database_writer), copy(database_reader, writer))
        finally:
            database_writer.close()


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass on what ``source`` receives until it ends."""
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    finally:
        target.close()
