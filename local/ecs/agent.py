"""The HTTP endpoints of the ECS agent: metadata, credentials of the task role, and task protection."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from local.containers.engine import EngineError
from local.ecs.task_roles import TaskRoles

PROTECTION = re.compile(r"/api/(?P<task>[^/]+)/task-protection/v1/state")
METADATA = re.compile(r"/v4/(?P<task>[^/]+)(/task)?")
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
CREDENTIALS = re.compile(r"/v2/credentials/(?P<id>[0-9a-f-]+)")
DEFAULT_MINUTES = 120


@dataclass
class Agent:
    """The ECS agent of all tasks.

    Args:
        host: address to listen on.
        address: address at which tasks reach the agent, if it is not the address to listen on.
        broken: answer every PUT with status 500.
        calls: received PUT requests, as task and ``ProtectionEnabled``.
    """

    host: str
    address: str = ""
    broken: bool = False
    calls: list[tuple[str, bool]] = field(default_factory=list)
    _protected_until: dict[str, float] = field(default_factory=dict)
    _roles: dict[str, TaskRoles] = field(default_factory=dict)
    _credentials: dict[str, str] = field(default_factory=dict)

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
        """The URL for tasks."""
        return f"http://{self.address}" if self.address else f"http://{self.host}:{self.port}"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_port)

    def serve(self, task: str, roles: TaskRoles) -> None:
        """Serve the credentials of a task's role at an address that only the task knows, and protect the task as it."""
        self._roles[task] = roles
        self._credentials[str(uuid4())] = task

    def credentials(self, id_: str) -> tuple[int, dict[str, Any]]:
        """Status and body of the answer to a request for credentials."""
        roles = self._roles.get(self._credentials.get(id_, ""))
        if roles is None:
            return 400, {"code": "InvalidIdInRequest", "message": "CredentialsV2Request: Credentials not found"}
        try:
            return 200, roles.credentials()
        except EngineError as error:
            return 500, {"code": "InternalServerError", "message": str(error)}

    def arn(self, task: str) -> str:
        """The ARN of ``task``; its name alone where no role is served."""
        roles = self._roles.get(task)
        return roles.arn if roles else task

    def variables(self, task: str) -> dict[str, str]:
        """The variables that ECS sets in every container of ``task``."""
        id_ = next((id_ for id_, name in self._credentials.items() if name == task), "")
        own = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": f"/v2/credentials/{id_}"} if id_ else {}
        return {
            **own,
            "ECS_AGENT_URI": f"{self.url}/api/{task}",
            "ECS_CONTAINER_METADATA_URI_V4": f"{self.url}/v4/{task}",
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        }

    def protected(self, task: str) -> bool:
        """Whether ``task`` is protected from scale-in."""
        return self._protected_until.get(task, 0.0) > time.time()

    def protect(self, task: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Handle a PUT request and return status and body of the agent's answer."""
        enabled = bool(body["ProtectionEnabled"])
        self.calls.append((task, enabled))
        minutes = body.get("ExpiresInMinutes", DEFAULT_MINUTES)
        roles = self._roles.get(task)
        if roles and (denied := roles.protect(enabled=enabled, minutes=minutes)):
            return 400, {"error": {"Arn": task, "Code": "AccessDeniedException", "Message": denied}}
        self._protected_until[task] = time.time() + float(minutes) * 60 if enabled else 0.0
        return 200, self.protection(task)

    def protection(self, task: str) -> dict[str, Any]:
        """The answer to a GET request."""
        return {"protection": {"ProtectionEnabled": self.protected(task), "TaskArn": task}}


class _Handler(BaseHTTPRequestHandler):
    owner: Agent

    def do_GET(self) -> None:
        if found := PROTECTION.fullmatch(self.path):
            self._answer(200, self.owner.protection(found["task"]))
        elif found := CREDENTIALS.fullmatch(self.path):
            self._answer(*self.owner.credentials(found["id"]))
        elif found := METADATA.fullmatch(self.path):
            self._answer(200, {"TaskARN": self.owner.arn(found["task"]), "LaunchType": "FARGATE"})
        else:
            self._answer(404, {})

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        found = PROTECTION.fullmatch(self.path)
        if self.owner.broken:
            self._answer(500, {"error": {"Code": "ServerException"}})
        elif found:
            self._answer(*self.owner.protect(found["task"], body))
        else:
            self._answer(404, {})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""
