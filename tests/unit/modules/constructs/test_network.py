"""The VPC: subnets, routes, NAT gateways."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_network
from itertools import combinations
from typing import Any

import pytest

from tests.reading import tier_of
from tests.synthesis import deployed
from tests.unit.modules.variants import EGRESS, THREE, TIERS, three_zones


@pytest.mark.feature("N1")
@pytest.mark.parametrize(("changes", "zones"), [({}, THREE[:2]), (three_zones("single_nat"), THREE)])
def test_each_zone_has_one_subnet_of_each_tier(changes: dict[str, Any], zones: list[str]) -> None:
    deployment = deployed(network=changes)
    subnets = deployment.of("aws_subnet")
    found = Counter((tier_of(subnet), subnet.body["availability_zone"]) for subnet in subnets)
    assert found == Counter((tier, zone) for tier in TIERS for zone in zones)
    blocks = [ip_network(subnet.body["cidr_block"]) for subnet in subnets]
    assert all(block.subnet_of(ip_network("10.10.0.0/16")) for block in blocks)
    assert not [pair for pair in combinations(blocks, 2) if pair[0].overlaps(pair[1])]
    assert not any(subnet.body["map_public_ip_on_launch"] for subnet in subnets)


@pytest.mark.feature("N1")
@pytest.mark.parametrize("egress", EGRESS)
def test_subnets_have_the_route_table_of_their_tier_and_data_subnets_no_route_out(egress: str) -> None:
    deployment = deployed(network=three_zones(egress))
    tables = {
        deployment.resolve(association.body["subnet_id"]).key: deployment.resolve(association.body["route_table_id"])
        for association in deployment.of("aws_route_table_association")
    }
    ways = {deployment.resolve(route.body["route_table_id"]).key for route in deployment.of("aws_route")}
    for subnet in deployment.of("aws_subnet"):
        tier = tier_of(subnet)
        table = tables[subnet.key]
        assert table.body["tags"]["Name"].startswith(f"airflow-dev-{tier}")
        assert (table.key in ways) == (tier == "public" or (tier == "application" and egress != "none")), subnet.address


@pytest.mark.feature("N2")
@pytest.mark.parametrize(("egress", "gateways"), [("none", 0), ("single_nat", 1), ("nat_per_zone", 3)])
def test_egress_mode_decides_the_number_of_nat_gateways(egress: str, gateways: int) -> None:
    deployment = deployed(network=three_zones(egress))
    found = deployment.of("aws_nat_gateway")
    assert len(found) == gateways
    zones = {deployment.resolve(gateway.body["subnet_id"]).body["availability_zone"] for gateway in found}
    assert len(zones) == gateways, "no two NAT gateways in one zone"
    assert all(
        deployment.resolve(gateway.body["subnet_id"]).body["tags"]["airflow-fargate:tier"] == "public"
        for gateway in found
    )


@pytest.mark.feature("N2")
def test_each_zone_uses_its_own_nat_gateway() -> None:
    deployment = deployed(network=three_zones("nat_per_zone"))
    exits = {
        deployment.resolve(route.body["route_table_id"]).key: deployment.resolve(route.body["nat_gateway_id"])
        for route in deployment.of("aws_route")
        if route.body.get("nat_gateway_id")
    }
    for association in deployment.of("aws_route_table_association"):
        subnet = deployment.resolve(association.body["subnet_id"])
        if tier_of(subnet) == "application":
            nat = exits[deployment.resolve(association.body["route_table_id"]).key]
            zone = deployment.resolve(nat.body["subnet_id"]).body["availability_zone"]
            assert zone == subnet.body["availability_zone"]


@pytest.mark.feature("N7")
def test_default_security_group_and_acl_have_no_rules() -> None:
    deployment = deployed()
    group, acl = deployment.only("aws_default_security_group"), deployment.only("aws_default_network_acl")
    for closed in (group, acl):
        assert not closed.blocks("ingress")
        assert not closed.blocks("egress")
    assert deployment.resolve(group.body["vpc_id"]).type == "aws_vpc"
