"""Connections through security groups, network ACLs and routes, with known and unknown values."""

from __future__ import annotations

import pytest
from terraform_gate.network.reach import Reach
from terraform_gate.rules.shared.endpoint_examples import ecs_service, load_balancer
from terraform_gate.rules.shared.network_examples import (
    acl_entry,
    ingress_rule,
    security_group,
    subnet,
    vpc,
)
from terraform_gate.rules.shared.resources import merge

from tests.policies.network.networks import PAIR, data_acl, reach


@pytest.mark.feature("P1")
def test_security_groups_allow_only_the_declared_port_and_direction() -> None:
    assert reach(PAIR) is Reach.OPEN
    assert reach(PAIR, port=5433) is Reach.CLOSED
    assert reach(PAIR, source="database", destination="scheduler") is Reach.CLOSED


@pytest.mark.feature("P2")
def test_network_acl_without_reply_entry_blocks_the_connection() -> None:
    request = acl_entry("sql", 100, (5432, 5432), "10.0.2.0/24")
    replies = acl_entry("replies", 100, (32768, 61000), "10.0.2.0/24", egress=True)
    assert reach(data_acl(request)) is Reach.CLOSED
    assert reach(data_acl(replies)) is Reach.CLOSED
    assert reach(data_acl(request, replies)) is Reach.OPEN
    some = acl_entry("replies", 100, (50000, 61000), "10.0.2.0/24", egress=True)
    assert reach(data_acl(request, some)) is Reach.PARTLY
    denial = acl_entry("no", 90, (5432, 5432), "10.0.0.0/8", rule_action="deny")
    assert reach(data_acl(denial, request, replies)) is Reach.CLOSED


@pytest.mark.feature("P1")
def test_unknown_values_give_unknown_unless_they_decide_nothing() -> None:
    request = acl_entry("sql", 100, (5432, 5432), "${var.clients}")
    replies = acl_entry("replies", 100, (32768, 61000), "10.0.2.0/24", egress=True)
    unknown = {"variable": {"clients": {}}}
    assert reach(data_acl(request, replies), **unknown) is Reach.UNKNOWN
    assert reach(data_acl(request, replies), variable={"clients": {"default": "10.0.2.0/24"}}) is Reach.OPEN
    wider = acl_entry("wider", 110, (5432, 5432), "10.0.0.0/16")
    assert reach(data_acl(request, wider, replies), **unknown) is Reach.OPEN, "the unknown entry decides nothing"
    unplaced = ecs_service("scheduler", groups=("scheduler",), subnets=())
    unplaced["aws_ecs_service"]["scheduler"]["network_configuration"]["subnets"] = "${var.clients}"
    assert reach(merge(PAIR, unplaced), **unknown) is Reach.UNKNOWN


@pytest.mark.feature("P1")
def test_subnet_with_unknown_cidr_matches_only_blocks_that_contain_its_vpc() -> None:
    unknown = subnet("app_a", "${cidrsubnet(var.x, 4, 1)}", availability_zone="eu-central-1a")
    assert reach(merge(PAIR, unknown)) is Reach.OPEN
    request, replies = (
        acl_entry(name, 100, ports, "10.0.2.0/24", egress=out)
        for name, ports, out in (("sql", (5432, 5432), False), ("back", (1024, 65535), True))
    )
    assert reach(data_acl(request, replies, unknown)) is Reach.UNKNOWN
    request, replies = (
        acl_entry(name, 100, ports, "10.0.0.0/16", egress=out)
        for name, ports, out in (("sql", (5432, 5432), False), ("back", (1024, 65535), True))
    )
    assert reach(data_acl(request, replies, unknown)) is Reach.OPEN


@pytest.mark.feature("P1")
def test_ipv6_needs_its_own_rules() -> None:
    """A rule for 0.0.0.0/0 does not cover IPv6, and an internet gateway makes every IPv6 address public."""
    six = {"ipv6_cidr_block": "2001:db8:0:1::/64", "availability_zone": "eu-central-1a"}
    base = merge(
        vpc(), security_group("public"), load_balancer(internal=True), subnet("public_a", "10.0.0.0/24", **six)
    )
    route = {
        "aws_route": {
            "six": {
                "route_table_id": "${aws_route_table.public.id}",
                "destination_ipv6_cidr_block": "::/0",
                "gateway_id": "${aws_internet_gateway.main.id}",
            }
        }
    }
    four_only = merge(base, route, ingress_rule("four", "public", 443, cidr_ipv4="0.0.0.0/0"))
    both = merge(four_only, ingress_rule("six", "public", 443, cidr_ipv6="::/0"))
    assert reach(four_only, port=443, source="internet", destination="public") is Reach.CLOSED
    assert reach(both, port=443, source="internet", destination="public") is Reach.OPEN
