"""Whatever environment is drawn: it synthesizes, AWS accepts its names, and it keeps every rule of ours.

Among the rules: declared flows are exactly the possible ones (AF_NET_3). That a flow was declared at all is held
against something else: who holds a store's password reaches the store, and nobody besides.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from terraform_gate.finding import Verdict
from terraform_gate.network.model import Network, Party
from terraform_gate.network.reach import decide
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import service
from terraform_gate.rules.catalog import all_rules

from environments import Environment
from tests.reading import EXECUTION_ROLE, fargate_tasks, grants, role_of, rules
from tests.strategies import environments
from tests.synthesis import FILE, Deployment, built, deployed, read_back
from tests.unit.modules.limits import excesses
from tests.unit.modules.variants import LARGE

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


@pytest.mark.feature("T1", "N4")
@lean
@given(environments())
def test_drawn_environments_keep_every_rule_and_what_aws_accepts(environment: Environment) -> None:
    deployment = built(environment)
    assert not list(excesses(deployment))
    assert not list(complaints(deployment))
    assert_both_ends(deployment)
    assert_holders_of_a_password_and_nobody_else_reach_its_store(deployment)
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


def assert_holders_of_a_password_and_nobody_else_reach_its_store(deployment: Deployment) -> None:
    """Connected and minimal, whatever the flows say that the environment declared."""
    network = network_of(deployment.configuration)
    database = "database-proxy" if "database-proxy" in network.parties else "metadata-database"
    stores = {"AIRFLOW_DB_PASSWORD": (database, 5432), "AIRFLOW_BROKER_PASSWORD": ("broker", 6379)}
    for password, (store, port) in stores.items():
        assert callers(network, store, port) == holders(deployment, password), store
    if database == "database-proxy":
        assert callers(network, "metadata-database", 5432) == {database}


def holders(deployment: Deployment, password: str) -> set[str]:
    tasks = fargate_tasks(deployment).items()
    return {name for name, task in tasks if any(password in container.secrets for container in task.containers)}


def callers(network: Network, store: str, port: int) -> set[str]:
    """Whoever gets through to ``store``, the internet included; where it is not made, nobody."""
    if store not in network.parties:
        return set()
    others = (party for party in network.parties.values() if party.name != store)
    return {party.name for party in others if gets_through(network, party, network.parties[store], port)}


def gets_through(network: Network, client: Party, server: Party, port: int) -> bool:
    """As far as the configuration tells: the subnets of somebody else's VPC are taken to let everything pass."""
    decision = decide(network, client, server, service=service("tcp", port))
    return any(attempt.best.is_open for attempt in decision.attempts)


def assert_secrets_are_readable(deployment: Deployment) -> None:
    """S3: a container whose secret its execution role may not read never starts."""
    for name, task in fargate_tasks(deployment).items():
        role = role_of(deployment, task, EXECUTION_ROLE)
        readable = {one for grant in grants(deployment, role) for one in grant.resources}
        assert {arn for container in task.containers for arn in container.secrets.values()} <= readable, name


@pytest.mark.feature("P5")
def test_an_environment_that_breaks_a_rule_is_complained_of() -> None:
    """ECS Exec needs a writable root: a thing that only a waiver lets pass."""
    assert not list(complaints(deployed()))
    assert any("writable" in sentence for sentence in complaints(deployed(**LARGE)))


@pytest.mark.feature("N3")
@pytest.mark.parametrize(
    ("component", "store", "port"), [("triggerer", "metadata_database", 5432), ("worker_default", "broker", 6379)]
)
def test_a_flow_that_nobody_declared_is_missed(component: str, store: str, port: int, tmp_path: Path) -> None:
    """Without flow and rules the two agree, so that AF_NET_3 is content: the component would never start."""
    deployment = without_flow(deployed(), component, store, port, folder=tmp_path)
    assert not [sentence for sentence in complaints(deployment) if sentence.startswith("AF_NET_3")]
    with pytest.raises(AssertionError, match=store.replace("_", "-")):
        assert_holders_of_a_password_and_nobody_else_reach_its_store(deployment)


def without_flow(deployment: Deployment, component: str, store: str, port: int, *, folder: Path) -> Deployment:
    """``deployment`` as if the component had forgotten that it calls the store."""
    files = {}
    for stack, document in deployment.stacks.items():
        changed = json.loads(json.dumps(document))
        flows = changed["//"].get("flows", ())
        changed["//"]["flows"] = [flow for flow in flows if not _is(flow, component, store, port)]
        for kind in ("aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule"):
            kept = changed["resource"].get(kind, {})
            for name in [name for name in kept if component in name and store in name and name.endswith(str(port))]:
                del kept[name]
        files[stack] = folder / stack / FILE
        files[stack].parent.mkdir()
        files[stack].write_text(json.dumps(changed))
    return read_back(deployment.environment, files)


def _is(flow: dict[str, Any], component: str, store: str, port: int) -> bool:
    ends = [flow[end]["name"].replace("-", "_") for end in ("source", "destination")]
    return ends == [component, store] and flow["port"] == port


@pytest.mark.feature("O1")
@twice
@given(environments())
def test_drawn_environments_synthesize_to_the_same_bytes_twice(environment: Environment) -> None:
    first, second = built(environment), built(environment)
    assert first.text == second.text


@pytest.mark.feature("T1")
def test_the_longest_names_that_the_model_allows_are_accepted_by_aws() -> None:
    deployment = deployed(**LONGEST)
    assert len(deployment.only("aws_lb").body["name"]) + len("-api-server") == 32, "one more would be refused"
    assert not list(excesses(deployment))
