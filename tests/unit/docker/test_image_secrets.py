"""The image cannot import the secret specifications; its own table of secrets must equal them."""

from __future__ import annotations

from typing import get_args

import pytest
from airflow_fargate.components import COMPONENTS, PARAMETERS, Component
from airflow_fargate.sign_on import settings

from environments.facts import sign_on
from environments.facts.secrets import (
    DEPLOY_KEY,
    OIDC_CLIENT_SECRET,
    OIDC_CLIENT_SECRET_VARIABLE,
    SPECIFICATIONS,
    names_for_process,
)
from environments.facts.topology import COMPONENTS as COMPONENTS_OF_TOPOLOGY
from environments.facts.topology import process_name
from environments.sections.auth import Role


def test_image_reads_the_parameters_of_the_specifications() -> None:
    generated = {specification.variable: name for name, specification in SPECIFICATIONS.items()}
    assert dict(PARAMETERS) == {**generated, OIDC_CLIENT_SECRET_VARIABLE: OIDC_CLIENT_SECRET}


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


def test_image_knows_sign_on_by_the_same_names() -> None:
    assert (settings.MODE, settings.CLIENT_SECRET) == (sign_on.MODE, OIDC_CLIENT_SECRET_VARIABLE)
    assert f"/auth/oauth-authorized/{settings.PROVIDER}" == sign_on.CALLBACK
    assert set(settings.ROLES) == {*get_args(Role)}
