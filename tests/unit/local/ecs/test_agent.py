"""The fake ECS agent holds task protection."""

# ruff: noqa: S310 - loopback addresses

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from local.ecs.agent import Agent


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
