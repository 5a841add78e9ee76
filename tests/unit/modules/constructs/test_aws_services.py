"""VPC endpoints."""

from __future__ import annotations

import pytest

from tests.reading import clients, rules, services
from tests.synthesis import deployed
from tests.unit.modules.variants import EGRESS, three_zones

ENDPOINTS = {
    "ecr.api",
    "ecr.dkr",
    "logs",
    "ssm",
    "ssmmessages",
    "secretsmanager",
    "kms",
    "sts",
    "ecs",
    "monitoring",
}


@pytest.mark.feature("N2")
def test_vpc_without_nat_has_interface_endpoints_and_no_egress() -> None:
    deployment = deployed(network=three_zones("none"))
    interfaces = deployment.of("aws_vpc_endpoint", vpc_endpoint_type="Interface")
    assert {endpoint.body["service_name"] for endpoint in interfaces} == {
        f"com.amazonaws.eu-central-1.{name}" for name in ENDPOINTS
    }
    assert all(endpoint.body["private_dns_enabled"] for endpoint in interfaces)
    assert not [rule for rule in rules(deployment, egress=True) if rule.peer == "0.0.0.0/0"]
    for name in services(deployment):
        assert name in clients(deployment, group="aws-apis", port=443)


@pytest.mark.feature("N2")
@pytest.mark.parametrize("egress", EGRESS)
def test_s3_is_reached_through_the_gateway_endpoint(egress: str) -> None:
    deployment = deployed(network=three_zones(egress))
    gateway = deployment.only("aws_vpc_endpoint", vpc_endpoint_type="Gateway")
    assert gateway.body["service_name"] == "com.amazonaws.eu-central-1.s3"
    tables = {deployment.resolve(table).key for table in gateway.body["route_table_ids"]}
    application = {
        table.key for table in deployment.of("aws_route_table") if "-application" in table.body["tags"]["Name"]
    }
    assert tables == application


@pytest.mark.feature("N2", "G5")
def test_dag_releases_are_read_through_the_gateway_endpoint_without_nat() -> None:
    deployment = deployed(network=three_zones("none"), dags={"delivery": "s3"})
    to_s3 = {rule.group for rule in rules(deployment, egress=True) if rule.peer.startswith("prefix list ")}
    assert to_s3 >= set(services(deployment))
