"""The end point of data channels: a WebSocket server on loopback, which checks the token of each session."""

from __future__ import annotations

import hmac
import json
import threading
from functools import cache
from typing import Any

from terraform_harness.emulator.sessions.channel import Channel
from terraform_harness.emulator.sessions.session import Session
from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.server import serve

PATH = "/v1/data-channel/"
TOKEN_SECONDS = 30


class SessionServer:
    """Serves the data channel of each session, once."""

    def __init__(self) -> None:
        self._waiting: dict[str, Session] = {}
        self._server = serve(self._handle, "127.0.0.1", 0, compression=None)
        threading.Thread(target=self._server.serve_forever, name="sessions", daemon=True).start()

    def add(self, session: Session) -> dict[str, str]:
        """Wait for the client of a session; returns what ``ExecuteCommand`` and ``StartSession`` answer."""
        self._waiting[session.id] = session
        port = self._server.socket.getsockname()[1]
        url = f"ws://127.0.0.1:{port}{PATH}{session.id}?role=publish_subscribe"
        return {"sessionId": session.id, "streamUrl": url, "tokenValue": session.token}

    def _handle(self, connection: Any) -> None:
        path = connection.request.path.partition("?")[0]
        session = self._waiting.get(path.removeprefix(PATH))
        try:
            opened = json.loads(connection.recv(timeout=TOKEN_SECONDS))
        except (ConnectionClosed, TimeoutError, ValueError):
            return
        if session is None or not hmac.compare_digest(str(opened.get("TokenValue")), session.token):
            connection.close(code=1008, reason="the token is not that of a session")
            return
        del self._waiting[session.id]
        session.run(Channel(connection, is_agent=True))


@cache
def server() -> SessionServer:
    """Return the server of this process, which starts with the first session."""
    return SessionServer()
