"""Routes and their targets are read."""

from __future__ import annotations

import pytest
from terraform_gate.network.model import Target
from terraform_gate.rules.shared.network_examples import (
    vpc,
)

from tests.policies.network.networks import network


@pytest.mark.feature("P1")
def test_every_route_target_is_read() -> None:
    ids = {
        "gateway_id": "${aws_internet_gateway.main.id}",
        "nat_gateway_id": "nat-1",
        "egress_only_gateway_id": "eigw-1",
        "transit_gateway_id": "tgw-1",
        "vpc_peering_connection_id": "pcx-1",
    }
    routes = {
        name: {
            "route_table_id": "${aws_route_table.main.id}",
            "destination_cidr_block": f"10.{index}.0.0/16",
            name: value,
        }
        for index, (name, value) in enumerate(ids.items())
    }
    tables = {
        "aws_internet_gateway": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route_table": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route": routes,
    }
    made = network(vpc(), tables)
    assert [route.target for route in made.route_tables["example//aws_route_table.main"].routes] == [
        Target.INTERNET_GATEWAY,
        Target.NAT_GATEWAY,
        Target.EGRESS_ONLY_GATEWAY,
        Target.OPAQUE,
        Target.OPAQUE,
    ]
