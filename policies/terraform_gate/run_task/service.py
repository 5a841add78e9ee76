"""The HTTP service: accepts requests of run tasks, evaluates them one after the other, publishes the reports."""

from __future__ import annotations

import queue
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from terraform_gate.gate.printable import printable
from terraform_gate.run_task.evaluation import Evaluation
from terraform_gate.run_task.request import (
    SIGNATURE_HEADER,
    RejectedRequestError,
    TaskRequest,
    has_valid_signature,
    read_request,
)

MAX_BODY_BYTES = 1024 * 1024
MAX_WAITING = 32
"""Plans that wait for evaluation; further requests are answered 503, which HCP Terraform shows as an error."""
_REPORT = re.compile(r"/reports/([A-Za-z0-9_-]{32}\.sarif)")


class Service(ThreadingHTTPServer):
    """A run task on one address.

    Args:
        address: Host and port; port 0 takes a free one.
        key: The HMAC key of the run task.
        hosts: Servers to which the token of a request may be sent.
        evaluation: How plans are evaluated.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, key: str, hosts: frozenset[str], evaluation: Evaluation) -> None:
        super().__init__(address, _Handler)
        self.key, self.hosts, self.evaluation = key, hosts, evaluation
        self._waiting: queue.Queue[TaskRequest] = queue.Queue(MAX_WAITING)
        threading.Thread(target=self._work, daemon=True).start()

    def accept(self, request: TaskRequest) -> bool:
        """Queue ``request``; False when too many wait."""
        try:
            self._waiting.put_nowait(request)
        except queue.Full:
            return False
        return True

    def _work(self) -> None:
        while True:
            request = self._waiting.get()
            try:
                status = self.evaluation.run(request)
            except Exception as error:  # noqa: BLE001  an error of one run must not end the service
                status = f"no answer was sent: {type(error).__name__}"
            log(f"{request.workspace} {request.run}: {status}")


class _Handler(BaseHTTPRequestHandler):
    server: Service
    timeout = 30

    def do_POST(self) -> None:
        """Check the signature, answer at once, and evaluate later."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES:
            self._answer(413, "the body must have a length of at most 1 MiB")
            return
        body = self.rfile.read(int(length))
        if not has_valid_signature(body, self.headers.get(SIGNATURE_HEADER, ""), self.server.key):
            self._answer(401, "the signature is missing or wrong. Fix: give the run task and the service the same key")
            return
        try:
            request = read_request(body, hosts=self.server.hosts)
        except RejectedRequestError as error:
            self._answer(400, str(error))
            return
        if request.is_test or self.server.accept(request):
            self._answer(200, "accepted")
        else:
            self._answer(503, "too many plans wait for evaluation")

    def do_GET(self) -> None:
        """Return a report, whose name cannot be guessed, or the state of the service."""
        if self.path == "/health":
            self._answer(200, "ok")
            return
        found = _REPORT.fullmatch(self.path)
        file = self.server.evaluation.reports / found[1] if found else Path()
        if found and file.is_file():
            self._answer(200, file.read_text(encoding="utf-8"), kind="application/sarif+json")
        else:
            self._answer(404, "not found")

    def _answer(self, status: int, text: str, *, kind: str = "text/plain; charset=utf-8") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(data)
        if status >= 400:
            log(f"{status}: {text}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
        """Log nothing: the path of a report is a secret."""


def log(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(printable(text) + "\n")
