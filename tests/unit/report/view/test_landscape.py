"""Components and flows of the picture."""

from __future__ import annotations

import json

import pytest

from report.contents import Contents
from report.source import read_source
from report.view.component import Landscape, Tier
from report.view.landscape import landscape_of
from tests.unit.report.conftest import Folders


@pytest.fixture
def landscape(contents: Contents) -> Landscape:
    return contents.landscape


@pytest.mark.feature("O4")
def test_every_component_is_in_the_tier_of_its_subnets(landscape: Landscape) -> None:
    tiers = {component.name: component.tier for component in landscape.components}
    assert tiers["load-balancer"] is Tier.PUBLIC
    assert tiers["scheduler"] is tiers["worker-default"] is tiers["migrate"] is Tier.APPLICATION
    assert tiers["metadata-database"] is tiers["broker"] is Tier.DATA
    assert tiers["s3"] is Tier.SERVICES
    assert {subnet.tier for subnet in landscape.subnets} == {Tier.PUBLIC, Tier.APPLICATION, Tier.DATA}


@pytest.mark.feature("O4")
def test_component_names_its_size_roles_and_secrets_but_no_value(landscape: Landscape) -> None:
    worker = next(component for component in landscape.components if component.name == "worker-default")
    assert "vCPU" in worker.size
    assert [label for label, _ in worker.roles] == ["task role", "execution role"]
    assert ("AIRFLOW_DB_PASSWORD", "aws_ssm_parameter.secrets_database_password") in worker.secrets
    assert "AIRFLOW__CORE__FERNET_KEY" not in dict(worker.secrets)


@pytest.mark.feature("O4")
def test_flow_to_the_internet_passes_the_nat_gateway(landscape: Landscape) -> None:
    assert {flow.source for flow in landscape.flows if flow.destination == "internet"} == {"NAT gateway"}
    assert "scheduler" in {flow.source for flow in landscape.flows if flow.destination == "NAT gateway"}
    assert {flow.state for flow in landscape.flows} == {"declared"}


@pytest.mark.feature("O4")
def test_flow_without_its_security_group_rule_is_shown_as_blocked(
    folders: Folders, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("stacks")
    for file in folders.stacks.glob("dev-*/cdk.tf.json"):
        document = json.loads(file.read_text())
        rules = document["resource"].get("aws_vpc_security_group_ingress_rule", {})
        for name in [name for name, rule in rules.items() if rule.get("from_port") == 5432]:
            del rules[name]
        (home / file.parent.name).mkdir()
        (home / file.parent.name / file.name).write_text(json.dumps(document))
    source = read_source("dev", environments=folders.environments, stacks=home)
    blocked = {
        (flow.destination, flow.port) for flow in landscape_of(source.configuration).flows if flow.state == "blocked"
    }
    assert blocked == {("metadata-database", "tcp/5432")}
