"""The host name of an Airflow task in its own Fargate task is the id of the Fargate task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from airflow_fargate import configuration, fargate_task
from airflow_fargate.components import find

from local.ecs.agent import Agent
from local.ecs.service_catalog import TaskDefinition
from local.ecs.task_roles import TaskRoles

ID = "0d7d5c5e44ab43b1a7e6f8a2a1f3b9c4"


class _Account:
    """An account whose roles no principal assumes."""

    account_id, region, url = "111111111111", "eu-central-1", ""

    def assume(self, role: str, principal: Mapping[str, Any], *, session: str) -> dict[str, str]:
        raise NotImplementedError


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """The ECS agent of this process, which is a Fargate task with the id ID."""
    agent = Agent(host="127.0.0.1")
    agent.start()
    definition = TaskDefinition(arn="d", family="d", containers=(), volumes=())
    agent.serve("container", TaskRoles(account=_Account(), cluster="airflow-dev", definition=definition, task=ID))
    monkeypatch.setenv(fargate_task.METADATA, agent.variables("container")[fargate_task.METADATA])
    fargate_task.hostname.cache_clear()
    yield agent
    fargate_task.hostname.cache_clear()
    agent.stop()


@pytest.mark.feature("T8", "L1")
def test_host_name_is_the_id_of_the_fargate_task(agent: Agent) -> None:
    assert fargate_task.hostname() == ID


@pytest.mark.feature("T8")
def test_host_name_without_an_ecs_agent_is_no_address(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fargate_task.METADATA, f"{agent.url}/nothing")
    assert fargate_task.hostname() == fargate_task.NOT_ON_FARGATE


@pytest.mark.feature("T8")
@pytest.mark.parametrize(
    ("component", "expected"), [("airflow-task", "fargate_task.hostname"), ("statsd", "get_host_ip_address")]
)
def test_only_a_separate_airflow_task_has_this_host_name(component: str, expected: str) -> None:
    options = configuration.assemble(find(component), {})
    assert options["AIRFLOW__CORE__HOSTNAME_CALLABLE"].endswith(f".{expected}")
    own = configuration.assemble(find(component), {"AIRFLOW__CORE__HOSTNAME_CALLABLE": "mine"})
    assert "AIRFLOW__CORE__HOSTNAME_CALLABLE" not in own
