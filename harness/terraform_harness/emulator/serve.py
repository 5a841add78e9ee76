"""The emulator's process: moto's server with every patch applied.

Run by ``terraform_harness.emulator.Emulator`` as
``python -m terraform_harness.emulator.serve PORT DESCRIPTOR PARENT_PID``: the descriptor
is a socket that already listens on the port.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import time
from typing import Any

from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    from werkzeug.serving import WSGIRequestHandler

BUFFER_BYTES = 1 << 20


class SingleWriteHandler(WSGIRequestHandler):
    """A request handler that sends headers and body in one write.

    werkzeug sends the headers first and closes every connection. The Go client of the AWS provider sometimes closes the
    connection when the headers have arrived and the body has not. It then repeats a request that has succeeded, and the
    second response is an error such as ``InvalidPermission.Duplicate``.
    """

    wbufsize = BUFFER_BYTES


class SerialApplication:
    """A WSGI application that handles one request at a time.

    moto reads and changes its resources without locks, and Terraform sends ten requests at once.
    """

    def __init__(self, application: Any) -> None:
        self._application, self._lock = application, threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Handle a request; its body is read before the lock is taken, so that a slow client delays no others."""
        if length := environ.get("CONTENT_LENGTH"):
            environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))
        with self._lock:
            response = self._application(environ, start_response)
            try:
                return [b"".join(response)]
            finally:
                getattr(response, "close", lambda: None)()


def main(port: int, descriptor: int, parent: int) -> None:
    """Serve until the process ``parent`` ends.

    Args:
        port: The port that the socket is bound to.
        descriptor: The file descriptor of that socket.
        parent: The process id of the owner.
    """
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    from terraform_harness.emulator import caches, patches
    from terraform_harness.emulator.process import IAM, QUOTAS, WITHOUT_PATCHES
    from terraform_harness.emulator.validation.application import validating
    from terraform_harness.emulator.validation.newer_clients import QueryApplication

    patches.apply_all(without=filter(None, os.environ.get(WITHOUT_PATCHES, "").split(",")))
    os.environ["MOTO_PORT"] = str(port)
    threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()
    caches.cache_method_names()
    moto = caches.dispatcher()
    quotas = os.environ.get(QUOTAS)
    validated = validating(moto, quotas=json.loads(quotas), iam=os.environ.get(IAM, "")) if quotas else moto
    application = SerialApplication(QueryApplication(validated))
    handler = type("Handler", (SingleWriteHandler, MotoRequestHandler), {})
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=handler, fd=descriptor)
    server.serve_forever()


def _exit_with(parent: int) -> None:
    """Exit when the owner has ended, even if it was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
