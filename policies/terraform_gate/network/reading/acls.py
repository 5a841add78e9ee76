"""Reads network ACLs, their entries and their subnets, from inline blocks and separate resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from terraform_gate.network.addresses import EVERYWHERE
from terraform_gate.network.filters import AclEntry, Block, Direction, NetworkAcl, Unknown
from terraform_gate.network.reading.reader import Reader
from terraform_gate.network.services import EVERY_SERVICE, ICMP, ICMPV6, protocol_number
from terraform_gate.reading.expression import reference
from terraform_gate.terraform_resource import Resource, items

ACLS = ("aws_network_acl", "aws_default_network_acl")
SEPARATE_ENTRY = "aws_network_acl_rule"
ASSOCIATION = "aws_network_acl_association"
_LAST = 32767


def default_acl(vpc: str) -> str:
    """Return the model's name of the default network ACL of a VPC."""
    return f"default network ACL of {vpc}"


def acl_name(reader: Reader, value: Any) -> str:
    """Return the name of the network ACL that a value refers to; default network ACLs are named after their VPC."""
    target, found = reference(value), reader.configuration.find(value)
    if target and found is not None and target.attribute == "default_network_acl_id":
        return default_acl(found.key)
    if found is not None and found.type == "aws_default_network_acl":
        return acl_name(reader, found.body.get("default_network_acl_id"))
    name = reader.name(value)
    return name if isinstance(name, str) else name.expression


def read_acls(reader: Reader, vpcs: Iterable[str] = ()) -> dict[str, NetworkAcl]:
    """Read all network ACLs by name, including the default ones: open unless Terraform manages them.

    Args:
        reader: The configuration.
        vpcs: Further VPCs, which have subnets here and are defined elsewhere.
    """
    entries: dict[str, list[AclEntry]] = defaultdict(list)
    for resource in reader.configuration.of_type(SEPARATE_ENTRY):
        entries[acl_name(reader, resource.body.get("network_acl_id"))].extend(acl_entries(reader, resource))
    own_vpcs = (vpc.key for vpc in reader.configuration.of_type("aws_vpc"))
    acls = {default_acl(vpc): _open(vpc) for vpc in (*own_vpcs, *vpcs)}
    for resource in reader.configuration.of_type(*ACLS):
        name = acl_name(reader, f"${{{resource.key}.id}}")
        vpc = acls[name].vpc if name in acls else str(reader.name(resource.body.get("vpc_id")))
        own = (*inline_entries(reader, resource, separate=(separate := entries.pop(name, []))), *separate)
        is_default = resource.type == "aws_default_network_acl"
        acls[name] = NetworkAcl(name=name, vpc=vpc, entries=own, is_default=is_default)
    for name, added in entries.items():
        known = acls.get(name, NetworkAcl(name=name))
        acls[name] = NetworkAcl(name=name, vpc=known.vpc, entries=(*known.entries, *added), is_default=known.is_default)
    return acls


def read_associations(reader: Reader) -> dict[str, tuple[str, ...]]:
    """Read the network ACLs that each subnet is associated with, by the name of the subnet."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for resource in reader.configuration.of_type(*ACLS):
        for subnet in reader.names(resource.body.get("subnet_ids"))[0]:
            found[subnet][acl_name(reader, f"${{{resource.key}.id}}")] = None
    for resource in reader.configuration.of_type(ASSOCIATION):
        name = reader.name(resource.body.get("subnet_id"))
        if isinstance(name, str):
            found[name][acl_name(reader, resource.body.get("network_acl_id"))] = None
    return {subnet: tuple(names) for subnet, names in found.items()}


def acl_entries(reader: Reader, resource: Resource) -> Iterator[AclEntry]:
    """Yield the entries of one resource: the inline blocks of a network ACL, or a separate entry."""
    if resource.type == SEPARATE_ENTRY:
        egress = reader.plain(resource.body.get("egress")) in (True, "true")
        direction = Direction.EGRESS if egress else Direction.INGRESS
        yield from _entry_of(reader, resource, resource.body, direction, number="rule_number", action="rule_action")
        return
    for direction in Direction:
        for block in items(resource.body.get(direction)):
            if isinstance(block, Mapping):
                yield from _entry_of(reader, resource, block, direction, number="rule_no", action="action")
            else:
                unknown = Unknown(str(block))
                yield _rule(resource, direction, number=0, action=None, peer=unknown, services=unknown)


def inline_entries(reader: Reader, resource: Resource, *, separate: list[AclEntry]) -> Iterator[AclEntry]:
    """Yield the inline entries of a network ACL, without the copies of separate entries that a plan shows."""
    mirrored = {(entry.direction, entry.number, entry.peer) for entry in separate} if resource.is_planned else set()
    for entry in acl_entries(reader, resource):
        if (entry.direction, entry.number, entry.peer) not in mirrored:
            yield entry


def _entry_of(
    reader: Reader, resource: Resource, body: Mapping[str, Any], direction: Direction, *, number: str, action: str
) -> Iterator[AclEntry]:
    position = reader.number(body.get(number))
    first, last = ("icmp_type", "icmp_code") if _is_icmp(reader, body) else ("from_port", "to_port")
    ports = reader.services(body.get("protocol"), body.get(first), body.get(last))
    for name in ("cidr_block", "ipv6_cidr_block"):
        if not reader.is_absent(body.get(name)):
            yield _rule(
                resource,
                direction,
                number=position if isinstance(position, int) else 0,
                action=reader.plain(body.get(action)),
                peer=reader.block(body[name]),
                services=ports,
            )


def _rule(resource: Resource, direction: Direction, *, number: int, action: Any, **rest: Any) -> AclEntry:
    allow = {"allow": True, "deny": False}.get(str(action).lower())
    return AclEntry(name=resource.key, number=number, direction=direction, allow=allow, **rest)


def _is_icmp(reader: Reader, body: Mapping[str, Any]) -> bool:
    try:
        return protocol_number(reader.plain(body.get("protocol"))) in {ICMP, ICMPV6}
    except (TypeError, ValueError):
        return False


def _open(vpc: str) -> NetworkAcl:
    name, everywhere = default_acl(vpc), Block(EVERYWHERE, "everywhere")
    entries = (
        AclEntry(name=name, number=_LAST, direction=direction, allow=True, peer=everywhere, services=EVERY_SERVICE)
        for direction in Direction
    )
    return NetworkAcl(name=name, vpc=vpc, entries=tuple(entries), is_default=True)
