"""The network is read from the EC2 API: rules with their peers, ACLs and routes with their subnets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from terraform_harness.packet_filters.ec2_network import Ec2Network, Route, Services, read_network


@pytest.fixture
def ec2() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ec2", region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def vpc(ec2: Any) -> str:
    return str(ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def _subnet(ec2: Any, vpc: str, cidr: str) -> str:
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"])


def _without_default_group(ec2: Any, network: Ec2Network) -> list[tuple[bool, Services, str]]:
    return [(rule.egress, rule.services, rule.peer) for rule in network.rules if rule.services.protocol != "-1"]


def test_security_group_rules_are_read_with_their_peers(ec2: Any, vpc: str) -> None:
    group, other = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("a", "b")
    )
    prefix_list = ec2.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 23, "UserIdGroupPairs": [{"GroupId": other}]}
    ping = {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}
    listed = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "PrefixListIds": [{"PrefixListId": prefix_list}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh, ping])
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[listed])
    network = read_network(ec2, vpc=vpc)
    assert sorted(_without_default_group(ec2, network), key=str) == sorted(
        [
            (False, Services(protocol="6", first=22, last=23), other),
            (False, Services(protocol="1", first=8, last=None), "10.1.0.0/16"),
            (True, Services(protocol="17", first=53, last=53), prefix_list),
        ],
        key=str,
    )
    assert network.prefix_lists[prefix_list]
    assert network.title(group) == "a"


def test_subnets_have_the_acl_and_the_routes_that_apply_to_them(ec2: Any, vpc: str) -> None:
    own, main = _subnet(ec2, vpc, "10.0.0.0/24"), _subnet(ec2, vpc, "10.0.1.0/24")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=own)
    network = read_network(ec2, vpc=vpc)
    assert Route(destination="0.0.0.0/0", target=gateway) in network.subnets[own].routes
    assert [route.target for route in network.subnets[main].routes] == ["local"]
    entries = [entry for entry in network.entries if entry.acl == network.subnets[main].acl]
    assert {(entry.number, entry.egress, entry.allow) for entry in entries} == {
        (number, egress, number == 100) for number in (100, 32767) for egress in (True, False)
    }
    assert network.subnet_of("10.0.1.7") == network.subnets[main]
