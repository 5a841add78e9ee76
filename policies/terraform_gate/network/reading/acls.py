"""Network ACLs, their lines and their subnets, inline and separate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.network.addresses import EVERYWHERE
from terraform_gate.network.filters import AclRule, Block, Direction, NetworkAcl, Unknown
from terraform_gate.network.reading.values import Reader
from terraform_gate.network.services import EVERY_SERVICE, ICMP, ICMPV6, protocol_number
from terraform_gate.reading.expression import reference
from terraform_gate.terraform_resource import Resource, items

ACLS = ("aws_network_acl", "aws_default_network_acl")
LINE = "aws_network_acl_rule"
ASSOCIATION = "aws_network_acl_association"
_LAST = 32767


def default_acl(vpc: str) -> str:
    """The model's name of the network ACL that AWS makes with a VPC."""
    return f"default network ACL of {vpc}"


def acl_name(reader: Reader, value: Any) -> str:
    """Name a network ACL; that of a VPC's default one, whichever resource it is read from."""
    target, found = reference(value), reader.configuration.find(value)
    if target and found is not None and target.attribute == "default_network_acl_id":
        return default_acl(found.key)
    if found is not None and found.type == "aws_default_network_acl":
        return acl_name(reader, found.body.get("default_network_acl_id"))
    name = reader.name(value)
    return name if isinstance(name, str) else name.expression


def read_acls(reader: Reader) -> dict[str, NetworkAcl]:
    """Every network ACL by name, the default ones of the VPCs included: open, unless they are managed."""
    lines: dict[str, list[AclRule]] = defaultdict(list)
    for resource in reader.configuration.of_type(LINE):
        lines[acl_name(reader, resource.body.get("network_acl_id"))].extend(acl_lines(reader, resource))
    acls = {default_acl(vpc.key): _open(vpc.key) for vpc in reader.configuration.of_type("aws_vpc")}
    for resource in reader.configuration.of_type(*ACLS):
        name = acl_name(reader, f"${{{resource.key}.id}}")
        vpc = acls[name].vpc if name in acls else str(reader.name(resource.body.get("vpc_id")))
        own = (*inline_lines(reader, resource, beside=(lone := lines.pop(name, []))), *lone)
        is_default = resource.type == "aws_default_network_acl"
        acls[name] = NetworkAcl(name=name, vpc=vpc, rules=own, is_default=is_default)
    for name, added in lines.items():
        known = acls.get(name, NetworkAcl(name=name))
        acls[name] = NetworkAcl(name=name, vpc=known.vpc, rules=(*known.rules, *added), is_default=known.is_default)
    return acls


def read_associations(reader: Reader) -> dict[str, tuple[str, ...]]:
    """The network ACLs that each subnet is told to use, by the subnet's name."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for resource in reader.configuration.of_type(*ACLS):
        for subnet in reader.names(resource.body.get("subnet_ids"))[0]:
            found[subnet][acl_name(reader, f"${{{resource.key}.id}}")] = None
    for resource in reader.configuration.of_type(ASSOCIATION):
        name = reader.name(resource.body.get("subnet_id"))
        if isinstance(name, str):
            found[name][acl_name(reader, resource.body.get("network_acl_id"))] = None
    return {subnet: tuple(names) for subnet, names in found.items()}


def acl_lines(reader: Reader, resource: Resource) -> Iterator[AclRule]:
    """The lines that one resource writes: an ACL's inline blocks, or a line by itself."""
    if resource.type == LINE:
        egress = reader.plain(resource.body.get("egress")) in (True, "true")
        direction = Direction.EGRESS if egress else Direction.INGRESS
        yield from _line(reader, resource, resource.body, direction, number="rule_number", action="rule_action")
        return
    for direction in Direction:
        for block in items(resource.body.get(direction)):
            if isinstance(block, Mapping):
                yield from _line(reader, resource, block, direction, number="rule_no", action="action")
            else:
                unknown = Unknown(str(block))
                yield _rule(resource, direction, number=0, action=None, peer=unknown, services=unknown)


def inline_lines(reader: Reader, resource: Resource, *, beside: list[AclRule]) -> Iterator[AclRule]:
    """The inline lines of an ACL, without those that a plan over an existing ACL mirrors from separate ones."""
    mirrored = {(line.direction, line.number, line.peer) for line in beside} if resource.is_planned else set()
    for line in acl_lines(reader, resource):
        if (line.direction, line.number, line.peer) not in mirrored:
            yield line


def _line(
    reader: Reader, resource: Resource, body: Mapping[str, Any], direction: Direction, *, number: str, action: str
) -> Iterator[AclRule]:
    position = reader.number(body.get(number))
    first, last = ("icmp_type", "icmp_code") if _is_icmp(reader, body) else ("from_port", "to_port")
    ports = reader.services(body.get("protocol"), body.get(first), body.get(last))
    for name in ("cidr_block", "ipv6_cidr_block"):
        if not reader.is_unwritten(body.get(name)):
            yield _rule(
                resource,
                direction,
                number=position if isinstance(position, int) else 0,
                action=reader.plain(body.get(action)),
                peer=reader.block(body[name]),
                services=ports,
            )


def _rule(resource: Resource, direction: Direction, *, number: int, action: Any, **rest: Any) -> AclRule:
    allow = {"allow": True, "deny": False}.get(str(action).lower())
    return AclRule(name=resource.key, number=number, direction=direction, allow=allow, **rest)


def _is_icmp(reader: Reader, body: Mapping[str, Any]) -> bool:
    try:
        return protocol_number(reader.plain(body.get("protocol"))) in {ICMP, ICMPV6}
    except (TypeError, ValueError):
        return False


def _open(vpc: str) -> NetworkAcl:
    name, everywhere = default_acl(vpc), Block(EVERYWHERE, "everywhere")
    lines = (
        AclRule(name=name, number=_LAST, direction=way, allow=True, peer=everywhere, services=EVERY_SERVICE)
        for way in Direction
    )
    return NetworkAcl(name=name, vpc=vpc, rules=tuple(lines), is_default=True)
