"""A server on a thread of this process, which containers reach under the name in its certificate."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self


@dataclass(kw_only=True)
class FakeServer:
    """Listens on ``host`` until the block ends; subclasses serve a connection.

    Args:
        name: DNS name, which the certificate is for.
        host: address of this machine that containers reach.
        certificate: server certificate and private key.
        rejected: why logins were rejected.
    """

    starts_with_tls: ClassVar[bool]
    """Whether a connection begins with the handshake of TLS; otherwise the protocol asks for it later."""

    name: str
    host: str
    certificate: tuple[Path, Path]
    port: int = 0
    rejected: list[str] = field(default_factory=list)

    @property
    def options(self) -> tuple[str, ...]:
        """Options of ``docker run`` that make the name known in a container."""
        return ("--add-host", f"{self.name}:{self.host}")

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listening,), name=self.name, daemon=True)
        self._thread.start()
        listening.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, listening: threading.Event) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(*self.certificate)
        tls = self._tls if self.starts_with_tls else None
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, self.host, 0, ssl=tls))
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection of a client."""
        raise NotImplementedError


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass on what ``source`` receives until it ends."""
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    finally:
        target.close()
