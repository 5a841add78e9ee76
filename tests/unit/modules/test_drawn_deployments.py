"""Whatever environment is drawn: it synthesizes, AWS accepts its names, and its network is connected and minimal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from environments import Environment
from policies.configuration import configuration_of
from policies.terraform_resource import Resource
from tests.reading import EXECUTION_ROLE, fargate_tasks, grants, role_of, rules
from tests.strategies import environments
from tests.synthesis import Deployment, built, deployed
from tests.unit.modules.large import LARGE
from tests.unit.modules.limits import excesses
from tests.unit.modules.test_flows import assert_network_is_connected_and_minimal

PATIENT = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
UNSHRUNK = (Phase.explicit, Phase.generate)
"""Shrinking takes minutes where one try synthesizes; the failure names the environment as a file could say it."""
lean = settings(max_examples=20, deadline=None, suppress_health_check=PATIENT, derandomize=True, phases=UNSHRUNK)
twice = settings(lean, max_examples=3)
LONGEST: dict[str, Any] = {
    **LARGE,
    "name_prefix": "data-platform-x",
    "name": "dev-5",
    "database": {"proxy": True},
    "hibernation": {"stop": "0 20 * * 1-5", "start": "30 6 * * 1-5"},
    "workers": [{**LARGE["workers"][0], "name": "x" * 20}],
}


@lean
@given(environments())
def test_T1_drawn_environments_synthesize_to_what_aws_accepts(environment: Environment) -> None:
    deployment = built(environment)
    assert not list(excesses(deployment))
    assert_both_ends(deployment)
    assert_secrets_are_readable(deployment)
    if environment.network.existing is None:
        assert_network_is_connected_and_minimal(deployment)


def assert_both_ends(deployment: Deployment) -> None:
    """N3, in a VPC of our own or of somebody else."""
    names = {one.body["tags"]["airflow-fargate:place"] for one in deployment.of("aws_security_group")}
    out = {(rule.group, rule.peer, rule.port) for rule in rules(deployment, egress=True) if rule.peer in names}
    into = {(rule.peer, rule.group, rule.port) for rule in rules(deployment, egress=False) if rule.peer in names}
    assert out == into


def assert_secrets_are_readable(deployment: Deployment) -> None:
    """S3: a container whose secret its execution role may not read never starts."""
    for name, task in fargate_tasks(deployment).items():
        role = role_of(deployment, task, EXECUTION_ROLE)
        readable = {one for grant in grants(deployment, role) for one in grant.resources}
        assert {arn for container in task.containers for arn in container.secrets.values()} <= readable, name


@twice
@given(environments())
def test_O1_drawn_environments_synthesize_to_the_same_bytes_twice(environment: Environment) -> None:
    first, second = built(environment), built(environment)
    assert first.text == second.text


def test_T1_the_longest_names_that_the_model_allows_are_accepted_by_aws() -> None:
    deployment = deployed(**LONGEST)
    assert len(deployment.only("aws_lb").body["name"]) + len("-api-server") == 32, "one more would be refused"
    assert not list(excesses(deployment))


@pytest.mark.parametrize(
    ("kind", "arguments", "complaint"),
    [
        ("aws_lb", {"name": "a" * 33}, "33 characters"),
        ("aws_lb", {"name": "internal-airflow"}, "internal-airflow"),
        ("aws_db_instance", {"identifier": "airflow--dev"}, "airflow--dev"),
        ("aws_iam_role", {"name": "a" * 65}, "65 characters"),
        ("aws_security_group", {"name": "sg-mine", "description": "it's mine"}, "sg-mine"),
        ("aws_glue_job", {"name": "job"}, "no limit is written down"),
    ],
)
def test_T1_the_limits_refuse_what_aws_refuses(kind: str, arguments: dict[str, Any], complaint: str) -> None:
    resource = Resource(stack="s", address=f"{kind}.one", type=kind, name="one", body=arguments)
    deployment = Deployment(deployed().environment, {}, {}, configuration_of([resource]))
    assert any(complaint in sentence for sentence in excesses(deployment))
