"""Generated environments synthesize, stay within the limits of AWS, and pass every rule of the gate.

AF_NET_3 checks that the declared flows are exactly the possible ones. That all flows are declared follows from another
source: exactly the tasks with a data store's password can connect to the data store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from terraform_gate.finding import Verdict
from terraform_gate.network.model import Endpoint, Network
from terraform_gate.network.reach import decide
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import service
from terraform_gate.rules.catalog import all_rules

from environments import Environment
from environments.load import from_data
from tests.reading import EXECUTION_ROLE, fargate_tasks, grants, role_of, rules
from tests.strategies import environments
from tests.synthesis import FILE, Deployment, built, deployed, read_back
from tests.unit.environments.cases import SMALLEST, TWO_TEAMS, changed
from tests.unit.modules.limits import excesses
from tests.unit.modules.variants import AUTHENTICATES, EXISTING, LARGE

SUPPRESSED_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
UNSHRUNK = (Phase.explicit, Phase.generate)
"""Without shrinking, which would synthesize for minutes; the failure prints the environment as a file."""
few = settings(max_examples=20, suppress_health_check=SUPPRESSED_CHECKS, derandomize=True, phases=UNSHRUNK)
twice = settings(few, max_examples=3)
LONGEST: dict[str, Any] = {
    **LARGE,
    "name_prefix": "data-platform-x",
    "name": "dev-5",
    "database": {"proxy": True},
    "hibernation": {"stop": "0 20 * * 1-5", "start": "30 6 * * 1-5"},
    "workers": [{**LARGE["workers"][0], "name": "x" * 20}],
}


@pytest.mark.feature("T1", "N4", "T9")
@few
@example(from_data(changed(SMALLEST, TWO_TEAMS), source="teams"))
@given(environments())
def test_generated_environments_pass_every_rule_and_aws_limits(environment: Environment) -> None:
    deployment = built(environment)
    assert not list(excesses(deployment))
    assert not list(rule_violations(deployment))
    assert_matching_rules(deployment)
    assert_exactly_password_holders_reach_the_store(deployment)
    assert_secrets_are_readable(deployment)


def rule_violations(deployment: Deployment) -> Iterator[str]:
    """Findings that are not `pass`, one violation each; `unknown` counts too.

    An environment that chooses `state.backend: local` is reported by AF_STATE_3, one with the ECS executor by AF_IAM_7
    (docs/executors.md); both need a waiver.
    """
    chosen = {"AF_STATE_3"} if deployment.environment.state.backend == "local" else set()
    chosen |= {"AF_IAM_7"} if deployment.environment.ecs_executor else set()
    for rule in all_rules():
        for finding in rule.evaluate(deployment.configuration) if rule.id not in chosen else ():
            if finding.verdict is not Verdict.PASS:
                yield f"{rule.id} {finding.verdict.name} {finding.resource.address}: {finding.message}"


def assert_matching_rules(deployment: Deployment) -> None:
    """Every rule between two security groups has a matching rule, in a managed and in an existing VPC."""
    names = {group.body["tags"]["airflow-fargate:place"] for group in deployment.of("aws_security_group")}
    out = {(rule.group, rule.peer, rule.port) for rule in rules(deployment, egress=True) if rule.peer in names}
    into = {(rule.peer, rule.group, rule.port) for rule in rules(deployment, egress=False) if rule.peer in names}
    assert out == into


def assert_exactly_password_holders_reach_the_store(deployment: Deployment) -> None:
    """Exactly the tasks that can log in to a data store reach it, independent of the declared flows."""
    network = network_of(deployment.configuration)
    database = "database-proxy" if "database-proxy" in network.endpoints else "metadata-database"
    stores = {"AIRFLOW_DB_PASSWORD": (database, 5432), "AIRFLOW_BROKER_PASSWORD": ("broker", 6379)}
    for password, (store, port) in stores.items():
        assert callers(network, store, port) == holders(deployment, password), store
    if database == "database-proxy":
        assert callers(network, "metadata-database", 5432) == {database}


def holders(deployment: Deployment, password: str) -> set[str]:
    """The tasks with the password, or with IAM tokens in its place."""
    tokens = password.replace("PASSWORD", "AUTHENTICATION")
    tasks = fargate_tasks(deployment).items()
    return {
        name
        for name, task in tasks
        if any(password in container.secrets or tokens in container.environment for container in task.containers)
    }


def callers(network: Network, store: str, port: int) -> set[str]:
    """The endpoints that can connect to ``store``, the internet included; empty if the store does not exist."""
    if store not in network.endpoints:
        return set()
    others = (endpoint for endpoint in network.endpoints.values() if endpoint.name != store)
    return {endpoint.name for endpoint in others if can_connect(network, endpoint, network.endpoints[store], port)}


def can_connect(network: Network, client: Endpoint, server: Endpoint, port: int) -> bool:
    """Network ACLs and routes of external subnets are taken to allow everything."""
    decision = decide(network, client, server, service=service("tcp", port))
    return any(attempt.best.is_open for attempt in decision.attempts)


def assert_secrets_are_readable(deployment: Deployment) -> None:
    """A container whose secret its execution role cannot read never starts."""
    for name, task in fargate_tasks(deployment).items():
        role = role_of(deployment, task, EXECUTION_ROLE)
        readable = {resource for grant in grants(deployment, role) for resource in grant.resources}
        assert {arn for container in task.containers for arn in container.secrets.values()} <= readable, name


@pytest.mark.feature("S7", "N3", "N4")
@pytest.mark.parametrize(
    "changes",
    [AUTHENTICATES, {**AUTHENTICATES, "load_balancer": {"domain_name": "a.example.com"}, "network": EXISTING}],
    ids=["new network", "internal in an existing network"],
)
def test_environment_whose_load_balancer_authenticates_passes_every_rule(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    assert not list(rule_violations(deployment))
    assert_matching_rules(deployment)


@pytest.mark.feature("P5")
def test_environment_that_violates_a_rule_is_reported(tmp_path: Path) -> None:
    deployment = deployed()
    assert not list(rule_violations(deployment))
    files = {}
    for stack, file in deployment.files.items():
        files[stack] = tmp_path / stack / FILE
        files[stack].parent.mkdir()
        text = file.read_text()
        files[stack].write_text(text.replace('readonlyRootFilesystem\\": true', 'readonlyRootFilesystem\\": false'))
    changed = read_back(deployment.environment, files)
    assert any("writable" in violation for violation in rule_violations(changed))


@pytest.mark.feature("N3")
@pytest.mark.parametrize(
    ("component", "store", "port"), [("triggerer", "metadata_database", 5432), ("worker_default", "broker", 6379)]
)
def test_missing_flow_of_a_password_holder_is_found(component: str, store: str, port: int, tmp_path: Path) -> None:
    """AF_NET_3 passes when both the flow and its rules are missing, although the component could not start."""
    deployment = without_flow(deployed(), component, store, port, folder=tmp_path)
    assert not [violation for violation in rule_violations(deployment) if violation.startswith("AF_NET_3")]
    with pytest.raises(AssertionError, match=store.replace("_", "-")):
        assert_exactly_password_holders_reach_the_store(deployment)


def without_flow(deployment: Deployment, component: str, store: str, port: int, *, folder: Path) -> Deployment:
    """``deployment`` without the flow and the rules from the component to the store."""
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
def test_synthesis_of_generated_environments_is_reproducible(environment: Environment) -> None:
    first, second = built(environment), built(environment)
    assert first.text == second.text


@pytest.mark.feature("T1")
def test_longest_names_stay_within_aws_limits() -> None:
    deployment = deployed(**LONGEST)
    assert len(deployment.only("aws_lb").body["name"]) + len("-api-server") == 32, "AWS would reject a longer name"
    assert not list(excesses(deployment))
