"""Containers of a task start after the containers that they depend on."""

from __future__ import annotations

from local.containers.definition import ContainerDefinition
from local.ecs.task import _in_order


def _container(name: str, **depends_on: str) -> ContainerDefinition:
    return ContainerDefinition(name=name, image="i", environment={}, secrets={}, depends_on=depends_on)


def test_containers_start_after_what_they_depend_on() -> None:
    names = [container.name for container in _in_order((_container("main", clone="SUCCESS"), _container("clone")))]
    assert names == ["clone", "main"]
