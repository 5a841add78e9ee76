"""Secret specifications, and the programs that cannot import them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from environments.facts.secrets import BROKER_TOKEN, SPECIFICATIONS, names_for_process, names_for_topology
from environments.facts.topology import TOPOLOGIES

sys.path.insert(0, str(Path(__file__).parents[4] / "docker"))

from airflow_fargate.components import COMPONENTS, PARAMETERS, Component


def test_image_reads_the_parameters_of_the_specifications() -> None:
    assert dict(PARAMETERS) == {spec.variable: name for name, spec in SPECIFICATIONS.items()}


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=COMPONENTS)
def test_image_requires_the_secrets_of_the_specifications(component: Component) -> None:
    with_broker = component.needs({"AIRFLOW_BROKER_HOST": "broker"})
    assert {PARAMETERS[variable] for variable in with_broker} == {*names_for_process(component.name)}


def test_every_process_of_a_specification_is_a_command_of_the_image() -> None:
    assert {process for spec in SPECIFICATIONS.values() for process in spec.processes} <= {*COMPONENTS}


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_broker_token_exists_with_celery_only(topology: str) -> None:
    assert (BROKER_TOKEN in names_for_topology(topology)) == (topology == "celery")


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_generated_values_are_valid_and_differ(name: str) -> None:
    specification = SPECIFICATIONS[name]
    first, second = specification.generate(), specification.generate()
    assert specification.validate(first) is None
    assert first != second


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_validation_never_repeats_a_value(name: str) -> None:
    assert "hunter2" not in (SPECIFICATIONS[name].validate("hunter2") or "")
