"""Containers of a task start in order; names and load balancer lead to healthy tasks only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from local.containers.definition import ContainerDefinition, HealthCheck
from local.containers.engine import Container
from local.ecs.agent import Agent
from local.ecs.runner import Runner
from local.ecs.service_catalog import Service, ServiceCatalog, TaskDefinition
from local.ecs.start_order import in_order
from local.ecs.task import FargateTask
from local.ecs.task_roles import TaskRoles
from local.ecs.task_surroundings import Platform


def _container(name: str, **depends_on: str) -> ContainerDefinition:
    return ContainerDefinition(name=name, image="i", environment={}, secrets={}, depends_on=depends_on)


def test_containers_start_after_what_they_depend_on() -> None:
    names = [container.name for container in in_order((_container("main", clone="SUCCESS"), _container("clone")))]
    assert names == ["clone", "main"]


class _Interface:
    """A network interface without a container."""

    def __init__(self, address: str) -> None:
        self.address = address

    def open(self, name: str) -> Container:
        raise NotImplementedError

    def close(self) -> None:
        """Release nothing."""


def _runner(*, checks_health: bool) -> Runner:
    """A runner of two api-servers: the first is healthy, the second has started."""
    service = Service(
        name="api", desired=2, task_definition="d", port=8080, names=("api.internal",), checks_health=checks_health
    )
    health = HealthCheck(test=("CMD", "true"))
    definition = TaskDefinition(
        arn="d", family="d", containers=(replace(_container("main"), health=health),), volumes=()
    )
    platform = Platform(image="i", check_every=5, variables={}, options=())
    tasks = [
        FargateTask(
            id=address, definition=definition, platform=platform, roles=cast("TaskRoles", None), variables={},
            interface=_Interface(address), service=service, phase="running",
        )
        for address in ("10.0.0.4", "10.0.0.5")
    ]  # fmt: skip
    tasks[0]._states = {"main": {"Health": {"Status": "healthy"}}}
    tasks[1]._states = {"main": {"Health": {"Status": "starting"}}}
    runner = Runner(
        catalog=cast("ServiceCatalog", None), platform=platform, agent=Agent(host="127.0.0.1"), prefix="p",
        interfaces=lambda name, *_: _Interface(name),
        roles=cast("Callable[[TaskDefinition, str], TaskRoles]", None),
    )  # fmt: skip
    runner.tasks["api"] = tasks
    return runner


def test_name_whose_health_cloud_map_checks_answers_with_healthy_tasks_only() -> None:
    assert _runner(checks_health=True).addresses("api.internal") == ["10.0.0.4"]
    assert _runner(checks_health=False).addresses("api.internal") == ["10.0.0.4", "10.0.0.5"]
    assert _runner(checks_health=True).addresses("other.internal") == []


def test_load_balancer_sends_requests_to_healthy_tasks_only() -> None:
    assert _runner(checks_health=False).targets() == [("10.0.0.4", 8080)]
