"""Reads subnets, route tables, network ACLs and security groups of a VPC through boto3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Any

EVERY_PROTOCOL = "-1"
_NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"}


@dataclass(frozen=True, kw_only=True)
class Services:
    """Protocol and ports of a rule.

    Args:
        protocol: number of the protocol; ``-1`` for every protocol.
        first: first port, or the type of ICMP; None for all.
        last: last port, or the code of ICMP; None for all.
    """

    protocol: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, kw_only=True)
class GroupRule:
    """A rule of a security group; ``peer`` is a CIDR block, a security group's id or a prefix list's id."""

    id: str
    group: str
    egress: bool
    services: Services
    peer: str


@dataclass(frozen=True, kw_only=True)
class AclEntry:
    """An entry of a network ACL."""

    acl: str
    number: int
    egress: bool
    allow: bool
    services: Services
    cidr: str


@dataclass(frozen=True, kw_only=True)
class Route:
    """A route to a CIDR block or a prefix list; ``target`` is the id of a gateway, or ``local``."""

    destination: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet with the network ACL and the routes that apply to it."""

    id: str
    cidr: str
    zone: str
    acl: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, kw_only=True)
class Ec2Network:
    """A VPC as the EC2 API describes it.

    Args:
        names: name of each security group and network ACL by id: the tag ``Name``, else the group's name.
    """

    id: str
    cidr: str
    subnets: Mapping[str, Subnet]
    rules: tuple[GroupRule, ...] = ()
    entries: tuple[AclEntry, ...] = ()
    prefix_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def subnet_of(self, address: str) -> Subnet | None:
        """The subnet that contains an address."""
        found = (item for item in self.subnets.values() if IPv4Address(address) in IPv4Network(item.cidr))
        return next(found, None)

    def title(self, id_: str) -> str:
        """The name of a security group or network ACL, for messages."""
        return self.names.get(id_, id_)


def read_network(ec2: Any, *, vpc: str) -> Ec2Network:
    """Read a VPC.

    Args:
        ec2: boto3 client of EC2.
        vpc: id of the VPC.
    """
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    groups = _pages(ec2, "describe_security_groups", "SecurityGroups", Filters=filters)
    acls = _pages(ec2, "describe_network_acls", "NetworkAcls", Filters=filters)
    rules = tuple(_rules(ec2, [group["GroupId"] for group in groups]))
    tables = _pages(ec2, "describe_route_tables", "RouteTables", Filters=filters)
    lists = {rule.peer for rule in rules} | {route.destination for table in tables for route in _routes(table)}
    return Ec2Network(
        id=vpc,
        cidr=ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"],
        subnets={item.id: item for item in _subnets(ec2, filters, acls, tables)},
        rules=rules,
        entries=tuple(entry for acl in acls for entry in _entries(acl)),
        prefix_lists={id_: _prefixes(ec2, id_) for id_ in sorted(lists) if id_.startswith("pl-")},
        names={item[key]: _name(item) or item[key] for items, key in _named(groups, acls) for item in items},
    )


def _named(groups: list[Any], acls: list[Any]) -> list[tuple[list[Any], str]]:
    return [(groups, "GroupId"), (acls, "NetworkAclId")]


def _pages(ec2: Any, operation: str, key: str, **arguments: Any) -> list[Any]:
    return [item for page in ec2.get_paginator(operation).paginate(**arguments) for item in page[key]]


def _name(item: Mapping[str, Any]) -> str:
    tags = {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()}
    return str(tags.get("Name") or item.get("GroupName") or "")


def _rules(ec2: Any, groups: list[str]) -> Iterator[GroupRule]:
    filters = [{"Name": "group-id", "Values": groups}]
    for rule in _pages(ec2, "describe_security_group_rules", "SecurityGroupRules", Filters=filters):
        referenced = (rule.get("ReferencedGroupInfo") or {}).get("GroupId")
        yield GroupRule(
            id=rule["SecurityGroupRuleId"],
            group=rule["GroupId"],
            egress=rule["IsEgress"],
            services=_services(rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")),
            peer=rule.get("CidrIpv4") or rule.get("CidrIpv6") or referenced or rule["PrefixListId"],
        )


def _services(protocol: Any, first: int | None, last: int | None) -> Services:
    number = _NUMBERS.get(str(protocol).lower(), str(protocol))
    known = [None if port in {None, -1} else port for port in (first, last)]
    return Services(protocol=number, first=known[0], last=known[1])


def _entries(acl: Mapping[str, Any]) -> Iterator[AclEntry]:
    for entry in acl["Entries"]:
        ports = entry.get("PortRange") or {}
        icmp = entry.get("IcmpTypeCode") or {}
        yield AclEntry(
            acl=acl["NetworkAclId"],
            number=entry["RuleNumber"],
            egress=entry["Egress"],
            allow=entry["RuleAction"] == "allow",
            services=_services(
                entry["Protocol"], ports.get("From", icmp.get("Type")), ports.get("To", icmp.get("Code"))
            ),
            cidr=entry.get("CidrBlock") or entry["Ipv6CidrBlock"],
        )


def _subnets(ec2: Any, filters: list[Any], acls: Iterable[Any], tables: Iterable[Any]) -> Iterator[Subnet]:
    acl_of = {item["SubnetId"]: acl["NetworkAclId"] for acl in acls for item in acl["Associations"]}
    default_acl = next((acl["NetworkAclId"] for acl in acls if acl.get("IsDefault")), "")
    routes_of: dict[str, tuple[Route, ...]] = {}
    for table in tables:
        for item in table["Associations"]:
            routes_of["main" if item.get("Main") else item["SubnetId"]] = tuple(_routes(table))
    for subnet in _pages(ec2, "describe_subnets", "Subnets", Filters=filters):
        id_ = subnet["SubnetId"]
        yield Subnet(
            id=id_,
            cidr=subnet["CidrBlock"],
            zone=subnet["AvailabilityZone"],
            acl=acl_of.get(id_, default_acl),
            routes=routes_of.get(id_, routes_of.get("main", ())),
        )


def _routes(table: Mapping[str, Any]) -> Iterator[Route]:
    for route in table["Routes"]:
        target = next(
            (str(route[key]) for key in ("GatewayId", "NatGatewayId", "TransitGatewayId") if route.get(key)), ""
        )
        destination = route.get("DestinationCidrBlock") or route.get("DestinationPrefixListId")
        if destination and target and route.get("State", "active") == "active":
            yield Route(destination=destination, target=target)


def _prefixes(ec2: Any, prefix_list: str) -> tuple[str, ...]:
    found = ec2.get_managed_prefix_list_entries(PrefixListId=prefix_list)["Entries"]
    return tuple(entry["Cidr"] for entry in found)
