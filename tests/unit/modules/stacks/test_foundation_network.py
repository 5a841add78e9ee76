"""Environments in an existing VPC."""

from __future__ import annotations

import pytest

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import EXISTING


@pytest.mark.feature("N1")
def test_existing_vpc_is_used_and_none_is_created() -> None:
    deployment = deployed(network=EXISTING | {"flow_logs": False})
    made = {"aws_vpc", "aws_subnet", "aws_route_table", "aws_nat_gateway", "aws_internet_gateway", "aws_network_acl"}
    assert not made & deployment.types
    for name, (service, _) in services(deployment).items():
        assert service.get("network_configuration", "subnets") == ["subnet-10000000", "subnet-10000001"], name
    assert deployment.only("aws_db_subnet_group").body["subnet_ids"] == ["subnet-20000000", "subnet-20000001"]
    assert deployment.only("aws_lb").body["subnets"] == ["subnet-00000000", "subnet-00000001"]
    assert {group.body["vpc_id"] for group in deployment.of("aws_security_group")} == {"vpc-0123456789abcdef0"}
    assert deployment.only("aws_vpc_endpoint").body["route_table_ids"] == ["rtb-00000001"]


@pytest.mark.feature("N1")
def test_interface_endpoints_of_an_existing_vpc_are_used() -> None:
    group = "sg-0123456789abcdef0"
    existing = EXISTING["existing"] | {"endpoints_security_group_id": group}
    deployment = deployed(network=EXISTING | {"flow_logs": False, "egress": "none", "existing": existing})
    assert {endpoint.body["vpc_endpoint_type"] for endpoint in deployment.of("aws_vpc_endpoint")} == {"Gateway"}
    reached = deployment.of("aws_vpc_security_group_egress_rule", referenced_security_group_id=group)
    opened = deployment.of("aws_vpc_security_group_ingress_rule", security_group_id=group)
    assert len(reached) == len(opened) == len(deployment.of("aws_ecs_task_definition"))
    assert not deployment.of("aws_vpc_security_group_egress_rule", cidr_ipv4="0.0.0.0/0")
