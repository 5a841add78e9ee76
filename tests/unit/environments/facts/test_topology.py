"""Topologies and their components."""

from __future__ import annotations

from typing import get_args

import pytest

from environments.facts.topology import (
    COMPONENTS,
    FORMER_NAMES,
    TOPOLOGIES,
    Topology,
    executor,
    is_standalone,
    scheduling_component,
    uses_celery,
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
    assert (executor(topology) == "CeleryExecutor") == uses_celery(topology)
