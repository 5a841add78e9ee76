"""N1, N2, N7: places, ways out, and what AWS leaves open."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_network
from itertools import combinations
from typing import Any

import pytest

from tests.reading import clients, rules, services, tier_of
from tests.synthesis import deployed
from tests.unit.environments.cases import GONE
from tests.unit.modules.large import THREE, leaving

TIERS = ("public", "application", "data")
EGRESS = ("none", "single_nat", "nat_per_zone")
EXISTING: dict[str, Any] = {
    "cidr": GONE,
    "existing": {
        "vpc_id": "vpc-0123456789abcdef0",
        "cidr": "10.99.0.0/16",
        "public_subnet_ids": ["subnet-00000000", "subnet-00000001"],
        "application_subnet_ids": ["subnet-10000000", "subnet-10000001"],
        "data_subnet_ids": ["subnet-20000000", "subnet-20000001"],
        "application_route_table_ids": ["rtb-00000001"],
    },
}
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


@pytest.mark.feature("N1")
@pytest.mark.parametrize(("changes", "zones"), [({}, THREE[:2]), (leaving("single_nat"), THREE)])
def test_one_subnet_of_each_tier_in_every_zone(changes: dict[str, Any], zones: list[str]) -> None:
    deployment = deployed(network=changes)
    subnets = deployment.of("aws_subnet")
    found = Counter((tier_of(one), one.body["availability_zone"]) for one in subnets)
    assert found == Counter((tier, zone) for tier in TIERS for zone in zones)
    blocks = [ip_network(one.body["cidr_block"]) for one in subnets]
    assert all(block.subnet_of(ip_network("10.10.0.0/16")) for block in blocks)
    assert not [pair for pair in combinations(blocks, 2) if pair[0].overlaps(pair[1])]
    assert not any(one.body["map_public_ip_on_launch"] for one in subnets)


@pytest.mark.feature("N1")
@pytest.mark.parametrize("egress", EGRESS)
def test_every_subnet_has_a_route_table_of_its_purpose_and_data_has_no_way_out(egress: str) -> None:
    deployment = deployed(network=leaving(egress))
    tables = {
        deployment.named(one.body["subnet_id"]).key: deployment.named(one.body["route_table_id"])
        for one in deployment.of("aws_route_table_association")
    }
    ways = {deployment.named(one.body["route_table_id"]).key for one in deployment.of("aws_route")}
    for subnet in deployment.of("aws_subnet"):
        tier = tier_of(subnet)
        table = tables[subnet.key]
        assert table.body["tags"]["Name"].startswith(f"airflow-dev-{tier}")
        assert (table.key in ways) == (tier == "public" or (tier == "application" and egress != "none")), subnet.address


@pytest.mark.feature("N1")
def test_an_existing_vpc_is_used_and_nothing_of_a_vpc_is_made() -> None:
    deployment = deployed(network=EXISTING | {"flow_logs": False})
    made = {"aws_vpc", "aws_subnet", "aws_route_table", "aws_nat_gateway", "aws_internet_gateway", "aws_network_acl"}
    assert not made & deployment.types
    for name, (service, _) in services(deployment).items():
        assert service.get("network_configuration", "subnets") == ["subnet-10000000", "subnet-10000001"], name
    assert deployment.only("aws_db_subnet_group").body["subnet_ids"] == ["subnet-20000000", "subnet-20000001"]
    assert deployment.only("aws_lb").body["subnets"] == ["subnet-00000000", "subnet-00000001"]
    assert {one.body["vpc_id"] for one in deployment.of("aws_security_group")} == {"vpc-0123456789abcdef0"}
    assert deployment.only("aws_vpc_endpoint").body["route_table_ids"] == ["rtb-00000001"]


@pytest.mark.feature("N2")
@pytest.mark.parametrize(("egress", "gateways"), [("none", 0), ("single_nat", 1), ("nat_per_zone", 3)])
def test_as_many_nat_gateways_as_asked_for(egress: str, gateways: int) -> None:
    deployment = deployed(network=leaving(egress))
    found = deployment.of("aws_nat_gateway")
    assert len(found) == gateways
    zones = {deployment.named(one.body["subnet_id"]).body["availability_zone"] for one in found}
    assert len(zones) == gateways, "no two NAT gateways in one zone"
    assert all(
        deployment.named(one.body["subnet_id"]).body["tags"]["airflow-fargate:tier"] == "public" for one in found
    )


@pytest.mark.feature("N2")
def test_a_zone_leaves_by_its_own_nat_gateway() -> None:
    deployment = deployed(network=leaving("nat_per_zone"))
    exits = {
        deployment.named(one.body["route_table_id"]).key: deployment.named(one.body["nat_gateway_id"])
        for one in deployment.of("aws_route")
        if one.body.get("nat_gateway_id")
    }
    for one in deployment.of("aws_route_table_association"):
        subnet = deployment.named(one.body["subnet_id"])
        if tier_of(subnet) == "application":
            nat = exits[deployment.named(one.body["route_table_id"]).key]
            zone = deployment.named(nat.body["subnet_id"]).body["availability_zone"]
            assert zone == subnet.body["availability_zone"]


@pytest.mark.feature("N2")
def test_without_nat_every_aws_api_has_an_endpoint_and_nothing_may_leave() -> None:
    deployment = deployed(network=leaving("none"))
    interfaces = deployment.of("aws_vpc_endpoint", vpc_endpoint_type="Interface")
    assert {one.body["service_name"] for one in interfaces} == {
        f"com.amazonaws.eu-central-1.{name}" for name in ENDPOINTS
    }
    assert all(one.body["private_dns_enabled"] for one in interfaces)
    assert not [rule for rule in rules(deployment, egress=True) if rule.peer == "0.0.0.0/0"]
    for name in services(deployment):
        assert name in clients(deployment, group="aws-apis", port=443)


@pytest.mark.feature("N2")
@pytest.mark.parametrize("egress", EGRESS)
def test_s3_is_reached_through_its_free_gateway(egress: str) -> None:
    deployment = deployed(network=leaving(egress))
    gateway = deployment.only("aws_vpc_endpoint", vpc_endpoint_type="Gateway")
    assert gateway.body["service_name"] == "com.amazonaws.eu-central-1.s3"
    tables = {deployment.named(one).key for one in gateway.body["route_table_ids"]}
    application = {one.key for one in deployment.of("aws_route_table") if "-application" in one.body["tags"]["Name"]}
    assert tables == application


@pytest.mark.feature("N7")
def test_the_default_group_and_acl_of_the_vpc_are_closed() -> None:
    deployment = deployed()
    group, acl = deployment.only("aws_default_security_group"), deployment.only("aws_default_network_acl")
    for closed in (group, acl):
        assert not closed.blocks("ingress")
        assert not closed.blocks("egress")
    assert deployment.named(group.body["vpc_id"]).type == "aws_vpc"


@pytest.mark.feature("N7")
def test_flow_logs_of_all_traffic_encrypted_and_kept_for_a_time() -> None:
    deployment = deployed()
    log = deployment.only("aws_flow_log")
    assert log.body["traffic_type"] == "ALL"
    group = deployment.named(log.body["log_destination"])
    assert group.body["retention_in_days"] == 90
    assert deployment.named(group.body["kms_key_id"]).type == "aws_kms_key"
    assert not deployed(network=EXISTING | {"flow_logs": False}).of("aws_flow_log")
