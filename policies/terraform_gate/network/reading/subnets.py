"""Subnets with everything that guards and feeds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from terraform_gate.network.addresses import EVERY_IPV4, INTERNET_IPV6
from terraform_gate.network.filters import Block, SecurityGroup
from terraform_gate.network.model import Party, Subnet
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reading.acls import default_acl
from terraform_gate.network.reading.routes import main_table
from terraform_gate.network.reading.values import Reader
from terraform_gate.terraform_resource import Resource


def read_subnets(
    reader: Reader, *, acls: Mapping[str, tuple[str, ...]], tables: Mapping[str, str]
) -> dict[str, Subnet]:
    """Every subnet of the configuration by name; a subnet that nothing is associated with uses its VPC's defaults."""
    vpcs = read_vpcs(reader)
    found = {}
    for resource in reader.configuration.of_type("aws_subnet"):
        vpc = str(reader.name(resource.body.get("vpc_id")))
        known, unsure = _addresses(reader, resource, vpcs.get(vpc, Ranges()))
        found[resource.key] = Subnet(
            name=resource.key,
            vpc=vpc,
            addresses=known,
            unsure=unsure,
            route_table=tables.get(resource.key) or tables.get(vpc) or main_table(vpc),
            acls=acls.get(resource.key) or (default_acl(vpc),),
        )
    return found


def subnets_elsewhere(
    parties: Mapping[str, Party], *, groups: Mapping[str, SecurityGroup], known: Mapping[str, Subnet]
) -> dict[str, Subnet]:
    """Subnets that parties stand in and that the configuration does not make: their ids, and the VPC of the groups."""
    found = {}
    for party in parties.values():
        vpc = next((groups[name].vpc for name in party.groups if name in groups), "")
        for name in party.subnets:
            if name not in known:
                place = Subnet(name=name, vpc=vpc, addresses=NOTHING, unsure=EVERY_IPV4, route_table="", acls=())
                found[name] = replace(place, is_elsewhere=True)
    return found


def read_vpcs(reader: Reader) -> dict[str, Ranges]:
    """The known addresses of every VPC; empty where one of its IPv4 blocks is not known."""
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
    """The blocks of a subnet that are known, and where the others lie: in its VPC, or anywhere."""
    known, unsure = Ranges(), Ranges()
    within = {"cidr_block": vpc & EVERY_IPV4 or EVERY_IPV4, "ipv6_cidr_block": INTERNET_IPV6}
    for argument, around in within.items():
        value = subnet.body.get(argument)
        if reader.is_unwritten(value) and (argument != "cidr_block" or subnet.body.get("ipv6_native")):
            continue
        block = reader.block(value)
        if isinstance(block, Block):
            known |= block.ranges
        else:
            unsure |= around
    return known, unsure
