"""The emulator's own process: moto's server with the gaps closed.

Run by ``terraform_harness.emulator.Emulator`` as
``python -m terraform_harness.emulator.serve PORT DESCRIPTOR PARENT_PID``: the descriptor
is a socket that listens on the port already.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from typing import Any

from werkzeug.serving import WSGIRequestHandler

LARGEST_BUFFERED_ANSWER = 1 << 20


class InOnePiece(WSGIRequestHandler):
    """A request handler whose answer leaves with its headers, in one segment.

    werkzeug sends the headers first and closes every connection. The Go client of Terraform's provider gives up now and
    then when the headers arrive and the body does not yet; it asks again, and what was done already is refused: a rule
    "already exists", or is "not found" when it should be revoked.
    """

    wbufsize = LARGEST_BUFFERED_ANSWER


class OneAtATime:
    """A WSGI application whose requests wait for each other.

    moto reads, changes and writes back without a lock, and Terraform asks ten things at once.
    """

    def __init__(self, application: Any) -> None:
        self._application, self._turn = application, threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer; the request is here as a whole before its turn begins, so that nobody waits for a slow sender."""
        if length := environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
        with self._turn:
            answer = self._application(environ, start_response)
            try:
                return [b"".join(answer)]
            finally:
                getattr(answer, "close", lambda: None)()


def main(port: int, descriptor: int, parent: int) -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from terraform_harness.emulator import patches
    from terraform_harness.emulator.process import LEFT_OPEN

    patches.close_all(but=filter(None, os.environ.get(LEFT_OPEN, "").split(",")))
    os.environ["MOTO_PORT"] = str(port)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    application = OneAtATime(DomainDispatcherApplication(create_backend_app))
    handler = type("Handler", (InOnePiece, MotoRequestHandler), {})
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=handler, fd=descriptor)
    server.serve_forever()


def _end_with(parent: int) -> None:
    """An emulator whose owner was killed must not stay behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
