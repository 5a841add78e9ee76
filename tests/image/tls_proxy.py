"""A proxy that ends TLS as an Application Load Balancer does: same Host, and X-Forwarded-For, -Proto and -Port."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

POLL_SECONDS, TIMEOUT_SECONDS = 0.05, 60
PER_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})


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
def serving(*, name: str, host: str, certificate: tuple[Path, Path]) -> Iterator[TlsProxy]:
    """Serve a proxy as ``https://<name>:<free port>`` on the address ``host``."""
    proxy = TlsProxy("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            headers = {key: value for key, value in self.headers.items() if key.lower() != "connection"}
            forwarded = {"For": self.client_address[0], "Proto": "https", "Port": str(self.server.server_address[1])}
            headers |= {f"X-Forwarded-{key}": value for key, value in forwarded.items()}
            connection = http.client.HTTPConnection(*proxy.target, timeout=TIMEOUT_SECONDS)
            try:
                connection.request(self.command, self.path, body=body, headers=headers)
                response = connection.getresponse()
                content = response.read()
            finally:
                connection.close()
            self.send_response(response.status)
            for key, value in response.getheaders():
                insecure = key.lower() == "set-cookie" and not {"secure", "max-age=0"} & set(
                    value.lower().replace(";", " ").split()
                )
                if insecure or (key.lower() == "location" and value.startswith("http://")):
                    proxy.problems.append(f"{self.command} {self.path}: {key}: {value}")
                if key.lower() not in PER_CONNECTION:
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
