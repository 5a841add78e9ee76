"""The emulator's own process: moto's server with the gaps closed.

Run by ``harness.emulator.Emulator`` as ``python -m harness.emulator.serve PORT DESCRIPTOR PARENT_PID``: the descriptor
is a socket that listens on the port already.
"""

from __future__ import annotations

import os
import sys
import threading
import time


def main(port: int, descriptor: int, parent: int) -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from harness.emulator import gaps
    from harness.emulator.process import LEFT_OPEN

    gaps.close_all(but=filter(None, os.environ.get(LEFT_OPEN, "").split(",")))
    os.environ["MOTO_PORT"] = str(port)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler, fd=descriptor
    )
    server.serve_forever()


def _end_with(parent: int) -> None:
    """An emulator whose owner was killed must not stay behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
