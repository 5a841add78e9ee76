"""The fake ECS agent holds task protection, and the relay forwards connections."""

# ruff: noqa: S310 - loopback addresses

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from local.ecs.agent import Agent, Relay
from tests.serving import served


@pytest.fixture
def agent() -> Iterator[Agent]:
    agent = Agent(host="127.0.0.1")
    agent.start()
    yield agent
    agent.stop()


def _put(agent: Agent, body: dict[str, Any], *, task: str = "t") -> int:
    url = f"{agent.variables(task)['ECS_AGENT_URI']}/task-protection/v1/state"
    request = urllib.request.Request(url, json.dumps(body).encode(), method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_agent_holds_and_gives_back_protection_of_one_task(agent: Agent) -> None:
    assert _put(agent, {"ProtectionEnabled": True, "ExpiresInMinutes": 30}) == 200
    assert agent.protected("t")
    assert not agent.protected("another")
    assert _put(agent, {"ProtectionEnabled": False}) == 200
    assert not agent.protected("t")
    assert agent.calls == [("t", True), ("t", False)]


def test_agent_forgets_protection_that_has_expired(agent: Agent) -> None:
    _put(agent, {"ProtectionEnabled": True, "ExpiresInMinutes": 0})
    assert not agent.protected("t")


def test_broken_agent_protects_no_task(agent: Agent) -> None:
    agent.broken = True
    assert _put(agent, {"ProtectionEnabled": True}) == 500
    assert not agent.protected("t")


def test_relay_forwards_in_both_directions() -> None:
    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body[::-1])

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    body = b"0123456789" * 100_000
    with served(Echo) as port, Relay(host="127.0.0.1", target_port=port) as relay:
        with urllib.request.urlopen(relay.url, data=body, timeout=60) as answer:
            assert answer.read() == body[::-1]
        relay.shutdown()
