"""A proxy that ends TLS as an Application Load Balancer does: same Host, and X-Forwarded-For, -Proto and -Port."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

POLL_SECONDS, TIMEOUT_SECONDS = 0.05, 60
PER_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer that the proxy gives without the server behind it.

    Args:
        status: HTTP status.
        headers: names and values.
        body: the text.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


Admit = Callable[[str, str, Mapping[str, str]], Answer | dict[str, str]]
"""Decides on method, path and headers of a request: an answer, or the headers with which it is forwarded."""


@dataclass
class TlsProxy:
    """The proxy.

    Args:
        address: its address, ``https://<name>:<port>``.
        target: host and port of the server behind it.
        problems: redirects to http, and cookies that a browser would send without TLS.
    """

    address: str
    target: tuple[str, int] = ("", 0)
    problems: list[str] = field(default_factory=list)


@contextmanager
def serving(*, name: str, host: str, certificate: tuple[Path, Path], admit: Admit | None = None) -> Iterator[TlsProxy]:
    """Serve a proxy as ``https://<name>:<free port>`` on the address ``host``; it forwards what ``admit`` lets pass."""
    proxy = TlsProxy("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            headers = {key: value for key, value in self.headers.items() if key.lower() != "connection"}
            forwarded = {"For": self.client_address[0], "Proto": "https", "Port": str(self.server.server_address[1])}
            headers |= {f"X-Forwarded-{key}": value for key, value in forwarded.items()}
            admitted = admit(self.command, self.path, headers) if admit else headers
            if isinstance(admitted, Answer):
                self.reply(admitted.status, list(admitted.headers), admitted.body.encode())
                return
            connection = http.client.HTTPConnection(*proxy.target, timeout=TIMEOUT_SECONDS)
            try:
                connection.request(self.command, self.path, body=body, headers=admitted)
                response = connection.getresponse()
                content = response.read()
            finally:
                connection.close()
            for key, value in response.getheaders():
                insecure = key.lower() == "set-cookie" and not {"secure", "max-age=0"} & set(
                    value.lower().replace(";", " ").split()
                )
                if insecure or (key.lower() == "location" and value.startswith("http://")):
                    proxy.problems.append(f"{self.command} {self.path}: {key}: {value}")
            kept = [(key, value) for key, value in response.getheaders() if key.lower() not in PER_CONNECTION]
            self.reply(response.status, kept, content)

        def reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response(status)
            for key, value in headers:
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # names of the base class

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    proxy.address = f"https://{name}:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
