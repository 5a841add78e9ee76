"""The HTTP endpoints of the ECS agent (metadata, task protection), and a relay from containers to the emulator."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROTECTION = re.compile(r"/api/(?P<task>[^/]+)/task-protection/v1/state")
METADATA = re.compile(r"/v4/(?P<task>[^/]+)(/task)?")
DEFAULT_MINUTES = 120


@dataclass
class Agent:
    """The ECS agent of all tasks.

    Args:
        host: address to listen on.
        broken: answer every PUT with status 500.
        calls: received PUT requests, as task and ``ProtectionEnabled``.
    """

    host: str
    broken: bool = False
    calls: list[tuple[str, bool]] = field(default_factory=list)
    _protected_until: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Start to serve."""
        agent = self

        class Handler(_Handler):
            owner = agent

        self._server = ThreadingHTTPServer((self.host, 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop to serve."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self._server.server_port}"

    def variables(self, task: str) -> dict[str, str]:
        """The variables that ECS sets in every container of ``task``."""
        return {
            "ECS_AGENT_URI": f"{self.url}/api/{task}",
            "ECS_CONTAINER_METADATA_URI_V4": f"{self.url}/v4/{task}",
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        }

    def protected(self, task: str) -> bool:
        """Whether ``task`` is protected from scale-in."""
        return self._protected_until.get(task, 0.0) > time.time()

    def protect(self, task: str, body: dict[str, Any]) -> dict[str, Any]:
        """Handle a PUT request and return the agent's answer."""
        enabled = bool(body["ProtectionEnabled"])
        self.calls.append((task, enabled))
        minutes = float(body.get("ExpiresInMinutes", DEFAULT_MINUTES))
        self._protected_until[task] = time.time() + minutes * 60 if enabled else 0.0
        return self.protection(task)

    def protection(self, task: str) -> dict[str, Any]:
        """The answer to a GET request."""
        return {"protection": {"ProtectionEnabled": self.protected(task), "TaskArn": task}}


class _Handler(BaseHTTPRequestHandler):
    owner: Agent

    def do_GET(self) -> None:
        if found := PROTECTION.fullmatch(self.path):
            self._answer(200, self.owner.protection(found["task"]))
        elif found := METADATA.fullmatch(self.path):
            self._answer(200, {"TaskARN": found["task"], "LaunchType": "FARGATE"})
        else:
            self._answer(404, {})

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        found = PROTECTION.fullmatch(self.path)
        if self.owner.broken:
            self._answer(500, {"error": {"Code": "ServerException"}})
        elif found:
            self._answer(200, self.owner.protect(found["task"], body))
        else:
            self._answer(404, {})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Relay(socketserver.ThreadingTCPServer):
    """Forwards connections from an address of this machine that containers reach to a loopback port.

    Args:
        host: address to listen on.
        target_port: loopback port to forward to.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *, host: str, target_port: int) -> None:
        super().__init__((host, 0), _Connection)
        self.target_port = target_port
        self.url = f"http://{host}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Connection(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.target_port)) as target:
            back = threading.Thread(target=_copy, args=(target, self.request), daemon=True)
            back.start()
            _copy(self.request, target)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return
