"""Topologies and their components."""

from __future__ import annotations

from typing import get_args

import pytest

from environments.facts.topology import (
    COMPONENTS,
    ECS_EXECUTOR_CLASS,
    FORMER_NAMES,
    TOPOLOGIES,
    Topology,
    executors,
    is_standalone,
    scheduling_component,
    uses_celery,
    uses_local_executor,
)
from environments.sections.compute import Components


def test_every_topology_has_components() -> None:
    assert tuple(COMPONENTS) == TOPOLOGIES == get_args(Topology)
    assert not FORMER_NAMES.keys() & set(TOPOLOGIES)
    assert {*FORMER_NAMES.values()} <= set(TOPOLOGIES)


def test_every_component_has_a_size_in_the_model() -> None:
    assert {name for names in COMPONENTS.values() for name in names} == {*Components.model_fields}


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_scheduling_component_runs_in_its_topology(topology: Topology) -> None:
    assert scheduling_component(topology) in COMPONENTS[topology]
    assert not (is_standalone(topology) and uses_celery(topology))
    assert (executors(topology, ecs=False) == "CeleryExecutor") == uses_celery(topology)
    assert (executors(topology, ecs=False) == "LocalExecutor") == uses_local_executor(topology)


@pytest.mark.feature("T8")
def test_first_executor_is_the_default_and_ecs_has_one_name_in_both_topologies() -> None:
    ecs = f"ecs:{ECS_EXECUTOR_CLASS}"
    assert executors("ecs", ecs=True) == ecs
    assert executors("celery", ecs=True) == f"CeleryExecutor,{ecs}"
