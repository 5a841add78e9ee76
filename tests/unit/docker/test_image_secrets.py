"""The image cannot import the secret specifications; its own table of secrets must equal them."""

from __future__ import annotations

import pytest
from airflow_fargate.components import COMPONENTS, PARAMETERS, Component

from environments.facts.secrets import DEPLOY_KEY, SPECIFICATIONS, names_for_process
from environments.facts.topology import COMPONENTS as COMPONENTS_OF_TOPOLOGY
from environments.facts.topology import process_name


def test_image_reads_the_parameters_of_the_specifications() -> None:
    assert dict(PARAMETERS) == {specification.variable: name for name, specification in SPECIFICATIONS.items()}


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=COMPONENTS)
def test_image_requires_the_secrets_of_the_specifications(component: Component) -> None:
    required = component.needs({"AIRFLOW_BROKER_HOST": "broker"})
    assert {PARAMETERS[variable] for variable in required} == {*names_for_process(component.name)}


def test_every_process_of_a_specification_is_a_command_of_the_image() -> None:
    processes = {process for specification in SPECIFICATIONS.values() for process in specification.processes}
    assert processes <= {*COMPONENTS}
    assert DEPLOY_KEY not in PARAMETERS.values()


def test_every_component_of_a_topology_is_a_command_of_the_image() -> None:
    assert {process_name(name) for names in COMPONENTS_OF_TOPOLOGY.values() for name in names} <= {*COMPONENTS}
