"""Task protection is enabled while a worker is busy, renewed, and released when it is idle."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from airflow_fargate import protection
from airflow_fargate.protection import IDLE_SECONDS, MINUTES, RETRY_SECONDS, AgentError, Protection, call_agent

from tests.serving import served


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Agent:
    """Records its calls; raises AgentError while ``broken`` is set."""

    def __init__(self) -> None:
        self.calls: list[bool] = []
        self.broken = False

    def __call__(self, enabled: bool) -> None:
        self.calls.append(enabled)
        if self.broken:
            raise AgentError("broken")


@pytest.fixture
def parts() -> tuple[Clock, Agent, Protection]:
    clock, agent = Clock(), Agent()
    return clock, agent, Protection(set_state=agent, clock=clock)


@pytest.mark.feature("C4")
def test_protection_is_held_while_busy_renewed_and_released(parts: tuple[Clock, Agent, Protection]) -> None:
    clock, agent, guard = parts
    guard.follow(busy=False)
    assert agent.calls == []
    for _ in range(MINUTES * 60 // 2 * 3):
        guard.follow(busy=True)
        assert guard.held
        clock.now += 1
    # Enabled once, renewed at half of each term.
    assert agent.calls == [True] * 3
    guard.follow(busy=False)
    assert agent.calls == [True] * 3
    clock.now += IDLE_SECONDS
    guard.follow(busy=False)
    assert agent.calls[-1] is False
    guard.follow(busy=False)
    assert len(agent.calls) == 4
    assert not guard.held


@pytest.mark.feature("C4")
def test_failing_agent_is_called_again_later(
    parts: tuple[Clock, Agent, Protection],
) -> None:
    clock, agent, guard = parts
    agent.broken = True
    for _ in range(int(RETRY_SECONDS)):
        guard.follow(busy=True)
        clock.now += 1
    assert agent.calls == [True]
    agent.broken = False
    clock.now += 1
    guard.follow(busy=True)
    assert guard.held


@pytest.mark.feature("C4")
def test_worker_that_gets_work_after_a_release_without_an_answer_is_protected(
    parts: tuple[Clock, Agent, Protection],
) -> None:
    """The agent may have released it: a worker that believes in its old protection would be stopped while busy."""
    clock, agent, guard = parts
    guard.follow(busy=True)
    clock.now += IDLE_SECONDS
    agent.broken = True
    guard.follow(busy=False)
    agent.broken = False
    guard.follow(busy=True)
    assert agent.calls == [True, False, True]
    assert guard.held


@pytest.mark.feature("C4")
def test_protection_without_an_answer_is_released(parts: tuple[Clock, Agent, Protection]) -> None:
    """The agent may have enabled it, and the worker could not be scaled in for its term."""
    clock, agent, guard = parts
    agent.broken = True
    guard.follow(busy=True)
    agent.broken = False
    clock.now += IDLE_SECONDS
    guard.follow(busy=False)
    guard.follow(busy=False)
    assert agent.calls == [True, False]


@pytest.mark.feature("C4")
def test_expired_protection_is_not_released(parts: tuple[Clock, Agent, Protection]) -> None:
    clock, agent, guard = parts
    guard.follow(busy=True)
    clock.now += MINUTES * 60
    guard.follow(busy=False)
    assert agent.calls == [True]


class Handler(BaseHTTPRequestHandler):
    status, body, delay = 200, b"{}", 0.0
    got: list[tuple[str, Any]] = []  # noqa: RUF012 - each request creates a handler

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        self.got.append((self.path, json.loads(self.rfile.read(length))))
        time.sleep(self.delay)
        with contextlib.suppress(BrokenPipeError):  # the client may have closed the connection
            self.send_response(self.status)
            self.end_headers()
            self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def agent_server() -> Iterator[tuple[str, type[Handler]]]:
    kind = type("Agent", (Handler,), {"got": []})
    with served(kind) as port:
        yield f"http://127.0.0.1:{port}", kind


@pytest.mark.feature("C4")
def test_requests_to_the_agent_follow_the_ecs_documentation(agent_server: tuple[str, type[Handler]]) -> None:
    address, kind = agent_server
    kind.body = b'{"protection": {"ProtectionEnabled": true}}'
    call_agent(agent=address, enabled=True, minutes=30)
    call_agent(agent=address, enabled=False)
    assert kind.got == [
        ("/task-protection/v1/state", {"ProtectionEnabled": True, "ExpiresInMinutes": 30}),
        ("/task-protection/v1/state", {"ProtectionEnabled": False}),
    ]


@pytest.mark.feature("C4")
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"error": {"Code": "AccessDeniedException"}}'),
        (500, b""),
        (200, b"not json"),
        (200, b'{"failure": {"Reason": "DEPLOYMENT_BLOCKED"}}'),
        (200, b"[]"),
    ],
)
def test_answer_without_protection_is_an_agent_error(
    agent_server: tuple[str, type[Handler]], status: int, body: bytes
) -> None:
    address, kind = agent_server
    kind.status, kind.body = status, body
    with pytest.raises(AgentError):
        call_agent(agent=address, enabled=True)


@pytest.mark.feature("C4")
def test_slow_or_missing_agent_is_an_agent_error(
    agent_server: tuple[str, type[Handler]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, kind = agent_server
    kind.delay = 1.0
    monkeypatch.setattr(protection, "TIMEOUT_SECONDS", 0.1)
    with pytest.raises(AgentError, match="timed out"):
        call_agent(agent=address, enabled=True)
    with pytest.raises(AgentError, match="refused"):
        call_agent(agent="http://127.0.0.1:9", enabled=True)
