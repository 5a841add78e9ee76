"""Whatever environment is drawn: it synthesizes, AWS accepts its names, and it keeps every rule of ours.

Among the rules: declared flows are exactly the possible ones (AF_NET_3), so that the network is connected and minimal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from environments import Environment
from policies.catalog import all_rules
from policies.finding import Verdict
from tests.reading import EXECUTION_ROLE, fargate_tasks, grants, role_of, rules
from tests.strategies import environments
from tests.synthesis import Deployment, built, deployed
from tests.unit.modules.large import LARGE
from tests.unit.modules.limits import excesses

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
def test_T1_N4_drawn_environments_keep_every_rule_and_what_aws_accepts(environment: Environment) -> None:
    deployment = built(environment)
    assert not list(excesses(deployment))
    assert not list(complaints(deployment))
    assert_both_ends(deployment)
    assert_secrets_are_readable(deployment)


def complaints(deployment: Deployment) -> Iterator[str]:
    """What our rules do not pass, one sentence each: a finding that cannot be judged is none that passes."""
    for rule in all_rules():
        for finding in rule.judge(deployment.configuration):
            if finding.verdict is not Verdict.PASS:
                yield f"{rule.id} {finding.verdict.name} {finding.resource.address}: {finding.message}"


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


def test_P5_an_environment_that_breaks_a_rule_is_complained_of() -> None:
    """ECS Exec needs a writable root: a thing that only a waiver lets pass."""
    assert not list(complaints(deployed()))
    assert any("writable" in sentence for sentence in complaints(deployed(**LARGE)))


@twice
@given(environments())
def test_O1_drawn_environments_synthesize_to_the_same_bytes_twice(environment: Environment) -> None:
    first, second = built(environment), built(environment)
    assert first.text == second.text


def test_T1_the_longest_names_that_the_model_allows_are_accepted_by_aws() -> None:
    deployment = deployed(**LONGEST)
    assert len(deployment.only("aws_lb").body["name"]) + len("-api-server") == 32, "one more would be refused"
    assert not list(excesses(deployment))
