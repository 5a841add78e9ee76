"""Requests that exceed a quota of Amazon VPC."""

from __future__ import annotations

import json

from tests.apply.emulator_requests.row import (
    REGION,
    Client,
    endpoint,
    group,
    network,
    permission,
    quota,
    ranges,
    resolving_vpc,
    row,
    subnet,
    vpc,
)

ANY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


@quota("vpcs")
def _(aws: Client) -> None:
    for _number in range(6 - len(aws("ec2").describe_vpcs()["Vpcs"])):
        vpc(aws)


@quota("internet_gateways")
def _(aws: Client) -> None:
    for _number in range(6):
        aws("ec2").create_internet_gateway()


@quota("elastic_ips")
def _(aws: Client) -> None:
    for _number in range(6):
        aws("ec2").allocate_address(Domain="vpc")


@quota("nat_gateways_per_zone", 1)
def _(aws: Client) -> None:
    vpc_id = vpc(aws)
    for number in range(2):
        aws("ec2").create_nat_gateway(SubnetId=subnet(aws, vpc_id, number), ConnectivityType="private")


@quota("subnets_per_vpc", 1)
def _(aws: Client) -> None:
    vpc_id = vpc(aws)
    subnet(aws, vpc_id, 1)
    subnet(aws, vpc_id, 2)


quota("route_tables_per_vpc", 1)(lambda aws: aws("ec2").create_route_table(VpcId=vpc(aws)))
quota("network_acls_per_vpc", 1)(lambda aws: aws("ec2").create_network_acl(VpcId=vpc(aws)))


def acl_entries(aws: Client, count: int, acl: str = "", **cidr: str) -> str:
    acl = acl or aws("ec2").create_network_acl(VpcId=vpc(aws))["NetworkAcl"]["NetworkAclId"]
    for number in range(1, count + 1):
        aws("ec2").create_network_acl_entry(
            **{"NetworkAclId": acl, "RuleNumber": number, "Protocol": "-1", "RuleAction": "allow", "Egress": False}
            | (cidr or {"CidrBlock": "10.0.0.0/8"})
        )
    return acl


quota("network_acl_rules")(lambda aws: acl_entries(aws, 20))


@quota("security_groups", 3)
def _(aws: Client) -> None:
    for number in range(4):
        group(aws, f"g{number}")


@quota("security_group_rules")
def _(aws: Client) -> None:
    name = group(aws, VpcId=vpc(aws))
    aws("ec2").authorize_security_group_ingress(GroupId=name, IpPermissions=permission(IpRanges=ranges(60)))
    other = permission(UserIdGroupPairs=[{"GroupId": name}])
    aws("ec2").authorize_security_group_ingress(GroupId=name, IpPermissions=other)


@quota("security_groups_per_interface")
def _(aws: Client) -> None:
    six = [f"sg-{number}" for number in range(6)]
    aws("ec2").create_network_interface(SubnetId=subnet(aws, vpc(aws)), Groups=six)


row("security_groups_of_a_task", "InvalidParameterException", "6 security groups")(
    lambda aws: aws("ecs").run_task(taskDefinition="f", **network(securityGroups=list("abcdef")))
)


@quota("interface_endpoints_per_vpc", 1)
def _(aws: Client) -> None:
    vpc_id = resolving_vpc(aws)
    for service in ("logs", "ssm"):
        endpoint(aws, vpc_id, ServiceName=f"com.amazonaws.{REGION}.{service}")


@quota("gateway_endpoints", 1)
def _(aws: Client) -> None:
    vpc_id = vpc(aws)
    for service in ("s3", "dynamodb"):
        endpoint(aws, vpc_id, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.{service}")


quota("endpoint_policy_size")(lambda aws: endpoint(aws, vpc(aws), PolicyDocument=" " * 20_481))
