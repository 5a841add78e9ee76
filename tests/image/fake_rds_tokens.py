"""A fake of an RDS instance with IAM database authentication, in front of a real PostgreSQL.

RDS asks a user with the role ``rds_iam`` for a token, and any other user for the password. PostgreSQL itself decides
which: a rule of ``pg_hba.conf`` trusts this fake with members of ``rds_iam``, and the fake checks their tokens before
it passes on PostgreSQL's answer. Any other user logs in to PostgreSQL with the password.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote

from tests.image.fake_rds_proxy import FakeRdsProxy, error_response, start_up_parameters
from tests.image.fake_server import copy

ROLE = "rds_iam"
LIFETIME = timedelta(minutes=15)
CLEARTEXT_PASSWORD = struct.pack("!cii", b"R", 8, 3)
INVALID_AUTHORIZATION = "28000"


class TokenRejected(Exception):
    """Why a token is not valid, for the test; RDS tells the client only that authentication failed."""


@dataclass(frozen=True, kw_only=True)
class TokenCheck:
    """The check of a token.

    Args:
        address: ``host:port`` of the database; id of a replication group of ElastiCache.
        region: AWS region of the database.
        secret_keys: secret access key by access key id.
        users: the database users that an access key may log in as (``rds-db:connect``), by access key id.
        service: name of the service in the credential scope.
        parameter: name of the query parameter with the user.
        action: the IAM action, for messages.
    """

    address: str
    region: str
    secret_keys: Mapping[str, str]
    users: Mapping[str, frozenset[str]]
    service: str = "rds-db"
    parameter: str = "DBUser"
    action: str = "rds-db:connect"

    def check(self, token: str, *, user: str, now: datetime) -> None:
        """Raise TokenRejected unless ``token`` is valid for ``user`` at ``now``."""
        address, _, query = token.partition("/?")
        if address != self.address:
            raise TokenRejected(f"token for {address or 'no host'}, not for {self.address}")
        parameters = dict(parse_qsl(query))
        signature = parameters.pop("X-Amz-Signature", "")
        key, date, *scope = parameters.get("X-Amz-Credential", "").split("/")
        if scope != [self.region, self.service, "aws4_request"]:
            raise TokenRejected(f"credential scope {'/'.join(scope)}")
        if not hmac.compare_digest(signature, self._signature(parameters, key=key, date=date)):
            raise TokenRejected("signature")
        if (parameters.get("Action"), parameters.get(self.parameter)) != ("connect", user):
            raise TokenRejected(f"token for user {parameters.get(self.parameter)}, not for {user}")
        if user not in self.users.get(key, ()):
            raise TokenRejected(f"{key} lacks {self.action} on {user}")
        signed = datetime.strptime(parameters["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if not timedelta(minutes=-5) <= now - signed < LIFETIME:
            raise TokenRejected(f"expired: signed {signed:%H:%M:%S}, now {now:%H:%M:%S}")

    def _signature(self, parameters: Mapping[str, str], *, key: str, date: str) -> str:
        """Signature Version 4 of the presigned request, as AWS computes it."""
        query = "&".join(
            f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(parameters.items())
        )
        request = f"GET\n/\n{query}\nhost:{self.address}\n\nhost\n{hashlib.sha256(b'').hexdigest()}"
        scope = f"{date}/{self.region}/{self.service}/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signed = f"AWS4-HMAC-SHA256\n{parameters.get('X-Amz-Date', '')}\n{scope}\n{digest}"
        secret = f"AWS4{self.secret_keys.get(key, '')}".encode()
        for word in (*scope.split("/"), signed):
            secret = hmac.digest(secret, word.encode(), "sha256")
        return secret.hex()


@dataclass(kw_only=True)
class FakeRdsTokens(FakeRdsProxy):
    """Listens on ``host`` until the block ends.

    Args:
        region: AWS region of the database.
        secret_keys: secret access key by access key id.
        users: the database users that an access key may log in as, by access key id.
        clock: a file with the seconds by which this fake's clock is ahead.
    """

    region: str
    secret_keys: Mapping[str, str]
    users: Mapping[str, frozenset[str]]
    clock: Path
    logins: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(self.clock.read_text() or 0))

    async def _relay(self, packet: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        database_reader, database_writer = await asyncio.open_connection(*self.database)
        try:
            database_writer.write(packet)
            answer = await database_reader.readexactly(9)
            kind, _, code = struct.unpack("!cii", answer)
            if (kind, code) == (b"R", 0):
                await self._check_token(start_up_parameters(packet[8:])["user"], reader, writer)
            writer.write(answer)
            await asyncio.gather(copy(reader, database_writer), copy(database_reader, writer))
        finally:
            database_writer.close()

    async def _check_token(self, user: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(CLEARTEXT_PASSWORD)
        await writer.drain()
        _, length = struct.unpack("!ci", await reader.readexactly(5))
        token = (await reader.readexactly(length - 4)).rstrip(b"\0").decode()
        known = TokenCheck(
            address=f"{self.name}:{self.port}", region=self.region, secret_keys=self.secret_keys, users=self.users
        )
        try:
            known.check(token, user=user, now=self.now)
        except TokenRejected as reason:
            self.rejected.append(str(reason))
            message = f'PAM authentication failed for user "{user}"'
            writer.write(error_response(message, code=INVALID_AUTHORIZATION))
            with suppress(OSError):
                await writer.drain()
            raise ConnectionAbortedError(message) from reason
        self.logins.append(user)
