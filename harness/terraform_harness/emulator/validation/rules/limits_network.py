"""Quotas of VPCs, security groups, network ACLs and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from terraform_harness.emulator.validation.quotas import ENDPOINTS, VPC
from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule, within

DEFAULT_DENY = 32767
CIDRS = {4: "IpRanges", 6: "Ipv6Ranges"}
BOTH = ("PrefixListIds", "UserIdGroupPairs")
GROUPS_OF_INTERFACE = {
    "CreateNetworkInterface": "Groups",
    "ModifyNetworkInterfaceAttribute": "Groups",
    "CreateVpcEndpoint": "SecurityGroupIds",
    "CreateDBInstance": "VpcSecurityGroupIds",
    "ModifyDBInstance": "VpcSecurityGroupIds",
    "CreateDBProxy": "VpcSecurityGroupIds",
    "CreateReplicationGroup": "SecurityGroupIds",
    "ModifyReplicationGroup": "SecurityGroupIds",
    "CreateLoadBalancer": "SecurityGroups",
    "SetSecurityGroups": "SecurityGroups",
}


@rule("ec2:CreateVpc", "ec2:CreateInternetGateway", "ec2:AllocateAddress", "ec2:CreateSecurityGroup", source=VPC)
def resources_of_a_region(call: Call) -> None:
    ec2 = call.backend("ec2")
    if call.operation == "CreateVpc":
        within(call, "vpcs", len(ec2.vpcs) + 1)
    elif call.operation == "CreateInternetGateway":
        within(call, "internet_gateways", len(ec2.internet_gateways) + 1)
    elif call.operation == "AllocateAddress":
        within(call, "elastic_ips", len(ec2.addresses) + 1)
    else:
        within(call, "security_groups", sum(map(len, ec2.groups.values())) + 1)


@rule("ec2:CreateSubnet", "ec2:CreateRouteTable", "ec2:CreateNetworkAcl", source=VPC)
def resources_of_a_vpc(call: Call) -> None:
    ec2, vpc_id = call.backend("ec2"), call.parameters["VpcId"]
    kinds: dict[str, tuple[str, Iterable[Any]]] = {
        "CreateSubnet": ("subnets_per_vpc", (subnet for zone in ec2.subnets.values() for subnet in zone.values())),
        "CreateRouteTable": ("route_tables_per_vpc", ec2.route_tables.values()),
        "CreateNetworkAcl": ("network_acls_per_vpc", ec2.network_acls.values()),
    }
    quota, there = kinds[call.operation]
    within(call, quota, sum(item.vpc_id == vpc_id for item in there) + 1, of=vpc_id)


@rule("ec2:CreateNatGateway", source=VPC)
def nat_gateways_of_a_zone(call: Call) -> None:
    ec2 = call.backend("ec2")
    zones = {subnet.id: subnet.availability_zone for zone in ec2.subnets.values() for subnet in zone.values()}
    zone = zones.get(call.parameters["SubnetId"])
    there = (gateway for gateway in ec2.nat_gateways.values() if gateway.state not in ("deleted", "failed"))
    within(
        call, "nat_gateways_per_zone", sum(zones.get(gateway.subnet_id) == zone for gateway in there) + 1, of=zone or ""
    )


@rule("ec2:CreateNetworkAclEntry", source=VPC)
def network_acl_rules(call: Call) -> None:
    parameters = call.parameters
    acl = call.backend("ec2").network_acls.get(parameters["NetworkAclId"])
    if acl is None:
        return
    ipv6 = "Ipv6CidrBlock" in parameters
    same = [
        entry
        for entry in acl.network_acl_entries
        if str(entry.egress).lower() == str(parameters["Egress"]).lower() and bool(entry.ipv6_cidr_block) == ipv6
    ]
    own = {int(entry.rule_number) for entry in same if int(entry.rule_number) < DEFAULT_DENY}
    direction = "outbound" if parameters["Egress"] else "inbound"
    used = len(own | {parameters["RuleNumber"]}) + 1
    within(call, "network_acl_rules", used, of=f"{parameters['NetworkAclId']}, {direction}, IPv{6 if ipv6 else 4}")


@rule("ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress", source=VPC)
def security_group_rules(call: Call) -> None:
    group = call.backend("ec2").get_security_group_from_id(call.parameters.get("GroupId", ""))
    if group is None:
        return
    egress = call.operation.endswith("Egress")
    there = group.egress_rules if egress else group.ingress_rules
    for version, key in CIDRS.items():
        new = sum(len(permission.get(key, ())) for permission in call.parameters.get("IpPermissions", ()))
        both = sum(len(permission.get(k, ())) for permission in call.parameters.get("IpPermissions", ()) for k in BOTH)
        used = new + both + sum(_counts(rule, version) for rule in there)
        within(
            call, "security_group_rules", used, of=f"{group.id}, {'outbound' if egress else 'inbound'}, IPv{version}"
        )


def _counts(rule_: Any, version: int) -> bool:
    """Return whether a rule counts for an IP version; one that names a group or a prefix list counts for both."""
    cidr = (rule_.ip_range or {}).get("CidrIp"), (rule_.ip_range or {}).get("CidrIpv6")
    return bool(cidr[0] if version == 4 else cidr[1]) or not any(cidr)


@rule(
    *(
        f"{service}:{operation}"
        for service in ("ec2", "rds", "elasticache", "elbv2")
        for operation in GROUPS_OF_INTERFACE
    ),
    source=VPC,
)
def security_groups_of_an_interface(call: Call) -> None:
    groups = call.parameters.get(GROUPS_OF_INTERFACE[call.operation], ())
    code = "InvalidParameterValue" if call.service in ("rds", "elasticache") else ""
    within(call, "security_groups_per_interface", len(groups), code=code)


@rule("ecs:CreateService", "ecs:UpdateService", "ecs:RunTask", "ecs:CreateTaskSet", source=VPC)
def security_groups_of_a_task(call: Call) -> None:
    configuration = call.parameters.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    groups = configuration.get("securityGroups", ())
    within(call, "security_groups_per_interface", len(groups), code="InvalidParameterException")
    within(call, "subnets_per_awsvpc_configuration", len(configuration.get("subnets", ())))


@rule("ec2:CreateVpcEndpoint", source=ENDPOINTS)
def vpc_endpoints(call: Call) -> None:
    vpc_id, there = call.parameters["VpcId"], list(_endpoints(call))
    within(call, "endpoint_policy_size", len(call.parameters.get("PolicyDocument", "")))
    if call.parameters.get("VpcEndpointType", "Gateway") == "Gateway":
        within(call, "gateway_endpoints", sum(_is_gateway(endpoint) for endpoint in there) + 1)
    else:
        used = sum(endpoint.vpc_id == vpc_id and not _is_gateway(endpoint) for endpoint in there) + 1
        within(call, "interface_endpoints_per_vpc", used, of=vpc_id)


def _endpoints(call: Call) -> Iterator[Any]:
    for endpoint in call.backend("ec2").vpc_end_points.values():
        if endpoint.state not in ("deleted", "deleting"):
            yield endpoint


def _is_gateway(endpoint: Any) -> bool:
    return (endpoint.vpc_endpoint_type or "Gateway") == "Gateway"
