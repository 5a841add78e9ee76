"""Reads subnets with their addresses, network ACL and route table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from terraform_gate.network.addresses import EVERY_IPV4, INTERNET_IPV6
from terraform_gate.network.filters import Block, SecurityGroup
from terraform_gate.network.model import Endpoint, Subnet
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reading.acls import default_acl
from terraform_gate.network.reading.reader import Reader
from terraform_gate.network.reading.routes import main_route_table
from terraform_gate.terraform_resource import Resource


def read_subnets(
    reader: Reader,
    *,
    acls: Mapping[str, tuple[str, ...]],
    tables: Mapping[str, str],
    unplaced: Sequence[tuple[str, frozenset[str]]] = (),
) -> dict[str, Subnet]:
    """Read all subnets by name; a subnet without an association uses the defaults of its VPC.

    Args:
        reader: the values.
        acls: the network ACLs of each subnet.
        tables: the route table of each subnet, and of each VPC.
        unplaced: route tables that are associated with a subnet that is not known, each with the possible subnets
            (empty: every subnet).
    """
    vpcs = read_vpcs(reader)
    found = {}
    for resource in reader.configuration.of_type("aws_subnet"):
        vpc = str(reader.name(resource.body.get("vpc_id")))
        known, possible_addresses = _addresses(reader, resource, vpcs.get(vpc, Ranges()))
        found[resource.key] = Subnet(
            name=resource.key,
            vpc=vpc,
            addresses=known,
            possible_addresses=possible_addresses,
            route_table=tables.get(resource.key) or tables.get(vpc) or main_route_table(vpc),
            acls=acls.get(resource.key) or (default_acl(vpc),),
            possible_tables=() if resource.key in tables else _possible(resource, unplaced),
        )
    return found


def _possible(subnet: Resource, unplaced: Sequence[tuple[str, frozenset[str]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(table for table, subnets in unplaced if not subnets or subnet.key in subnets))


def external_subnets(
    endpoints: Mapping[str, Endpoint], *, groups: Mapping[str, SecurityGroup], known: Mapping[str, Subnet]
) -> dict[str, Subnet]:
    """Return the endpoints' subnets that the configuration does not define, in the VPC of the security groups."""
    found = {}
    for endpoint in endpoints.values():
        vpc = next((groups[name].vpc for name in endpoint.groups if name in groups), "")
        for name in endpoint.subnets:
            if name not in known:
                subnet = Subnet(
                    name=name, vpc=vpc, addresses=NOTHING, possible_addresses=EVERY_IPV4, route_table="", acls=()
                )
                found[name] = replace(subnet, is_external=True)
    return found


def read_vpcs(reader: Reader) -> dict[str, Ranges]:
    """Read the known addresses of every VPC; empty if one of its IPv4 blocks is unknown."""
    found = {}
    for resource in reader.configuration.of_type("aws_vpc"):
        blocks = [resource.body.get("cidr_block")]
        for more in reader.configuration.of_type("aws_vpc_ipv4_cidr_block_association"):
            if reader.name(more.body.get("vpc_id")) == resource.key:
                blocks.append(more.body.get("cidr_block"))
        found[resource.key] = _all_known([reader.block(block) for block in blocks])
    return found


def _all_known(blocks: Iterable[object]) -> Ranges:
    listed = list(blocks)
    known = [block.ranges for block in listed if isinstance(block, Block)]
    return Ranges.union(known) if len(known) == len(listed) else Ranges()


def _addresses(reader: Reader, subnet: Resource, vpc: Ranges) -> tuple[Ranges, Ranges]:
    """The known CIDR blocks of a subnet, and the range that contains its unknown ones: its VPC, or everything."""
    known, possible_addresses = Ranges(), Ranges()
    within = {"cidr_block": vpc & EVERY_IPV4 or EVERY_IPV4, "ipv6_cidr_block": INTERNET_IPV6}
    for argument, around in within.items():
        value = subnet.body.get(argument)
        if reader.is_absent(value) and (argument != "cidr_block" or subnet.body.get("ipv6_native")):
            continue
        block = reader.block(value)
        if isinstance(block, Block):
            known |= block.ranges
        else:
            possible_addresses |= around
    return known, possible_addresses
