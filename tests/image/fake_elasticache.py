"""A fake of ElastiCache with IAM authentication and a user group, in front of a real Redis with the same users.

Redis itself applies the access strings. The fake checks the token in ``AUTH`` or ``HELLO``, and passes the command on
with the password that only Redis and the fake know. Commands before a login reach Redis as they are: its user
``default`` is off, as in ElastiCache.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.image.fake_rds_tokens import TokenCheck, TokenRejected
from tests.image.fake_server import FakeServer, copy

WRONG = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"


def command(*words: bytes) -> bytes:
    """A command of Redis's protocol.

    >>> command(b"PING")
    b'*1\\r\\n$4\\r\\nPING\\r\\n'
    """
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


async def read_command(reader: asyncio.StreamReader) -> list[bytes]:
    """The next command of a client."""
    count = int((await reader.readuntil(b"\r\n"))[1:])
    words = []
    for _ in range(count):
        size = int((await reader.readuntil(b"\r\n"))[1:])
        words.append((await reader.readexactly(size + 2))[:-2])
    return words


@dataclass(kw_only=True)
class FakeElastiCache(FakeServer):
    """Listens on ``host`` until the block ends.

    Args:
        redis: address and port of Redis, which accepts connections without TLS.
        check: the check of a token.
        passwords: password in Redis by user; users with a password log in with IAM tokens only.
        logins: user and token of each login.
    """

    starts_with_tls = True

    redis: tuple[str, int]
    check: TokenCheck
    passwords: Mapping[str, str]
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        redis_reader, redis_writer = await asyncio.open_connection(*self.redis)
        answers = asyncio.ensure_future(copy(redis_reader, writer))
        try:
            while True:
                words = await read_command(reader)
                try:
                    redis_writer.write(command(*self._with_password(words)))
                except TokenRejected as reason:
                    self.rejected.append(str(reason))
                    writer.write(WRONG)
                await redis_writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            redis_writer.close()
            writer.close()
            with suppress(OSError):
                await answers

    def _with_password(self, words: list[bytes]) -> list[bytes]:
        """The command with the password in Redis in place of a valid token."""
        upper = [word.upper() for word in words[:3]]
        at = {b"AUTH": 1, b"HELLO": 3}.get(upper[0], 0)
        if not at or len(words) < at + 2:
            return words
        user, token = words[at].decode(), words[at + 1].decode()
        if user not in self.passwords:
            return words
        self.check.check(token, user=user, now=datetime.now(UTC))
        self.logins.append((user, token))
        return [*words[: at + 1], self.passwords[user].encode(), *words[at + 2 :]]
