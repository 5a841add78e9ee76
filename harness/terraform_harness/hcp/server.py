"""The fake server: starts and stops it, and lets requests fail as a test needs it."""

from __future__ import annotations

import os
import re
import secrets
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from terraform_harness.hcp import run_tasks
from terraform_harness.hcp.api import application
from terraform_harness.hcp.certificate import make
from terraform_harness.hcp.runner import Prepare, Runner
from terraform_harness.hcp.store import Caller, Store, Workspace


@dataclass
class Fault:
    """An answer instead of the real one, for ``times`` requests whose method and path match ``pattern``."""

    pattern: str
    status: int
    times: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class FakeHcp:
    """A running fake server.

    Attributes:
        hostname: Its name and port, as ``state.hostname`` and the ``cloud`` block name it.
        certificate: The file that clients trust (``SSL_CERT_FILE``).
        organization: The only organization.
        token: A token that may do everything in it.
        store: The objects of the API.
        faults: Answers instead of the real ones.
        requests: Method and path of every request.
    """

    hostname: str
    certificate: Path
    organization: str
    token: str
    store: Store
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The base of its addresses."""
        return f"https://{self.hostname}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which Terraform and Python trust the server and log in."""
        variable = "TF_TOKEN_" + self.hostname.replace("-", "__").replace(".", "_")
        return {"SSL_CERT_FILE": str(self.certificate), variable: self.token}

    def fail(self, pattern: str, status: int, *, times: int = 1, **headers: str) -> None:
        """Answer ``status`` to the next requests that match, for example ``GET .*/runs/``; underscores become hyphens.

        Status 0 answers nothing for longer than any client waits.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.faults.append(Fault(pattern, status, times, named))

    def fault_of(self, request: str) -> Fault | None:
        """Return the fault for ``METHOD /path``, and count it."""
        self.requests.append(request)
        for fault in self.faults:
            if fault.times and re.match(fault.pattern, request):
                fault.times -= 1
                return fault
        return None

    def token_of_another_organization(self) -> str:
        """Return a valid token that may see nothing of ``organization``."""
        token = secrets.token_hex(16)
        self.store.callers[token] = Caller("another-organization")
        return token

    def workspace(self, name: str) -> Workspace:
        """Return the workspace ``name``, which must exist."""
        found = self.store.workspace_called(name)
        if found is None:
            raise KeyError(f"{name}: no such workspace; there are {[w.name for w in self.store.workspaces.values()]}")
        return found

    def add_run_task(self, workspace: str, *, url: str, hmac_key: str, enforcement: str = "mandatory") -> None:
        """Register a run task and attach it to ``workspace`` for the stage after the plan."""
        id_ = self.store.new_id("task")
        self.store.tasks[id_] = {"name": "gate", "url": url, "hmac-key": hmac_key}
        self.workspace(workspace).tasks[id_] = enforcement


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  werkzeug's name
        """Log nothing."""


@contextmanager
def serve(
    *,
    organization: str = "example",
    environment: Mapping[str, str] | None = None,
    prepare: Prepare = lambda _folder: None,
) -> Iterator[FakeHcp]:
    """Run a fake server on a free port of loopback.

    Args:
        organization: Name of its organization.
        environment: Variables for the Terraform that runs on the server.
        prepare: Called with the folder of each unpacked configuration before Terraform runs in it.
    """
    with tempfile.TemporaryDirectory(prefix="fake-hcp-") as name, socket.create_server(("127.0.0.1", 0)) as listener:
        folder = Path(name)
        certificate, key = make(folder)
        store = Store(organization)
        hostname = f"localhost:{listener.getsockname()[1]}"
        token = secrets.token_hex(16)
        store.callers[token] = Caller(organization)
        fake = FakeHcp(hostname, certificate, organization, token, store)
        trusted = {"SSL_CERT_FILE": str(certificate), **(environment or {})}
        runner = Runner(
            store,
            hostname=hostname,
            environment=trusted,
            prepare=prepare,
            tasks=lambda run: run_tasks.call_all(store, fake.address, run),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        app = application(fake, runner, folder / "runs")
        server = make_server(
            "localhost",
            0,
            app,
            threaded=True,
            request_handler=_Quiet,
            ssl_context=context,
            fd=os.dup(listener.fileno()),
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)
