"""Small HTTP servers that replace remote servers in tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# How soon a server notices that it shall end: `shutdown` waits for it, half a second by default.
NOTICED_AFTER = 0.01


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], *, host: str = "127.0.0.1") -> Iterator[int]:
    """The port of ``host`` on which ``handler`` answers, as long as the block lasts."""
    server = ThreadingHTTPServer((host, 0), handler)
    threading.Thread(target=server.serve_forever, args=(NOTICED_AFTER,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
