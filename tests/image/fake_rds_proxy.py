"""A fake of RDS Proxy: TLS only, few start-up parameters, authentication by its own secret, pinned connections.

RDS Proxy answers ``options`` with the message in ``COMMAND_LINE_OPTIONS``; other settings in the start-up packet
(``statement_timeout``, ``replication``) fail as well. It compares the client's password with its own secret, and logs
in to the database with that secret. The fake records what would pin a connection; it does not share connections.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html and, for the messages,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tests.image.fake_server import FakeServer, copy

SSL_REQUEST, GSS_ENCRYPTION_REQUEST, PROTOCOL_3 = 80877103, 80877104, 196608
# RDS Proxy spells the apostrophe typographically.
COMMAND_LINE_OPTIONS = (
    "Feature not supported: RDS Proxy currently doesn\N{RIGHT SINGLE QUOTATION MARK}t support command-line options."
)
TLS_REQUIRED = "This RDS Proxy requires TLS connections"
NO_CREDENTIALS = "This RDS proxy has no credentials for the role {}. Check the credentials for this role and try again."
WRONG_PASSWORD = "The password that was provided for the role {} is wrong."
CLEARTEXT, MD5 = 3, 5  # authentication requests of PostgreSQL's protocol
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
class FakeRdsProxy(FakeServer):
    """Listens on ``host`` until the block ends.

    Args:
        database: address and port of PostgreSQL, which must ask this machine for a password in clear text, without TLS.
        secret: passwords by user, as in the secret of the proxy; no user can log in where it is empty.
        pinned: what pins a connection to one client, by the client's ``application_name``, with the number of times.
    """

    starts_with_tls = False

    database: tuple[str, int]
    secret: Mapping[str, str] = field(default_factory=dict)
    pinned: Counter[tuple[str, str]] = field(default_factory=Counter)
    accepted: list[dict[str, str]] = field(default_factory=list)

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
        parameters = start_up_parameters(packet[8:])
        password = await self._authenticate(parameters["user"], reader, writer)
        database_reader, database_writer = await asyncio.open_connection(*self.database)
        database_writer.write(packet)
        await _log_in(password, database_reader, database_writer)
        try:
            client = parameters.get("application_name", "")
            await asyncio.gather(self._copy_messages(client, reader, database_writer), copy(database_reader, writer))
        finally:
            database_writer.close()

    async def _authenticate(self, user: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """Compare the client's password with the secret, and return it; StartupRejected where they differ."""
        if user not in self.secret:
            raise StartupRejected(NO_CREDENTIALS.format(user))
        salt = os.urandom(4)
        writer.write(message(b"R", struct.pack("!i", MD5) + salt))
        _, given = await read_message(reader)
        if given.rstrip(b"\0").decode() != md5_password(user, self.secret[user], salt):
            raise StartupRejected(WRONG_PASSWORD.format(user))
        return self.secret[user]

    async def _copy_messages(self, client: str, reader: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Pass on the client's messages, and note those that pin its connection."""
        try:
            while True:
                kind, body = await read_message(reader)
                self.pinned.update((client, what) for what in pins(kind, body))
                target.write(message(kind, body))
                await target.drain()
        except asyncio.IncompleteReadError:
            pass
        finally:
            target.close()


async def _log_in(password: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer PostgreSQL's request for the password; the client gets what follows."""
    kind, body = await read_message(reader)
    if (kind, body[:4]) != (b"R", struct.pack("!i", CLEARTEXT)):
        raise StartupRejected(f"the database did not ask for a password: {kind!r} {body!r}")
    writer.write(message(b"p", password.encode() + b"\0"))


def message(kind: bytes, body: bytes) -> bytes:
    """A message of PostgreSQL's protocol."""
    return kind + struct.pack("!i", len(body) + 4) + body


async def read_message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Type and body of the next message."""
    kind = await reader.readexactly(1)
    (length,) = struct.unpack("!i", await reader.readexactly(4))
    return kind, await reader.readexactly(length - 4)


def md5_password(user: str, password: str, salt: bytes) -> str:
    """The answer of a client to a request for an MD5 password."""
    inner = hashlib.md5((password + user).encode(), usedforsecurity=False).hexdigest()
    return "md5" + hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest()


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html, "Conditions that cause pinning for RDS
# for PostgreSQL"; advisory locks of a transaction and SET LOCAL end with it.
PINNING = re.compile(
    r"\s*(?P<statement>set(?!\s+(local|transaction)\b)|prepare|execute|deallocate|discard|listen|declare|load)\b"
    r"|\bcreate\s+temp(orary)?\b|(?P<lock>pg_(try_)?advisory_lock)\b|(?P<sequence>(next|set)val)\s*\(",
    re.IGNORECASE,
)
LONGEST_TEXT = 16 * 1024


def pins(kind: bytes, body: bytes) -> Iterator[str]:
    """What in a client's message pins its connection."""
    if kind not in {b"Q", b"P"}:
        return
    name, _, text = body.partition(b"\0") if kind == b"P" else (b"", b"", body)
    statement = text.split(b"\0")[0].decode(errors="replace")
    if name:
        yield "a named prepared statement"
    if len(statement) > LONGEST_TEXT:
        yield "a statement of more than 16 KiB"
    for found in PINNING.finditer(statement):
        if found["statement"] is None or found.start() == 0:
            yield found[0].strip().lower().removesuffix("(").strip()
