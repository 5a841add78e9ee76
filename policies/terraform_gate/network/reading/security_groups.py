"""Security groups and their rules, whichever of Terraform's four ways they are written in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.network.addresses import EVERYWHERE
from terraform_gate.network.filters import (
    Block,
    Direction,
    Members,
    Peer,
    SecurityGroup,
    SecurityRule,
    Services,
    Unknown,
)
from terraform_gate.network.reading.values import Reader, default_group
from terraform_gate.network.services import EVERY_SERVICE
from terraform_gate.reading.expression import UNKNOWN
from terraform_gate.terraform_resource import Resource, items

GROUPS = ("aws_security_group", "aws_default_security_group")
LONE_RULES = {
    "aws_vpc_security_group_ingress_rule": Direction.INGRESS,
    "aws_vpc_security_group_egress_rule": Direction.EGRESS,
}
OLD_RULE = "aws_security_group_rule"
RULES = (*LONE_RULES, OLD_RULE)
PLACE_TAG = "airflow-fargate:place"


def read_security_groups(reader: Reader) -> dict[str, SecurityGroup]:
    """Every group that a configuration makes, fills or mentions, by name."""
    rules: dict[str, list[SecurityRule]] = defaultdict(list)
    for resource in reader.configuration.of_type(*RULES):
        rules[str(_group_of(reader, resource))].extend(security_rules(reader, resource))
    groups = _implicit(reader)
    for resource in reader.configuration.of_type(*GROUPS):
        name = reader.group_name(f"${{{resource.key}.id}}")
        own = (*inline_rules(reader, resource, beside=(lone := rules.pop(str(name), []))), *lone)
        vpc, place = str(reader.name(resource.body.get("vpc_id"))), place_of(resource)
        groups[str(name)] = SecurityGroup(name=str(name), vpc=vpc, place=place, rules=own)
    for name, added in rules.items():
        known = groups.get(name, SecurityGroup(name=name, place=name))
        groups[name] = SecurityGroup(name=name, vpc=known.vpc, place=known.place, rules=(*known.rules, *added))
    return groups


def place_of(resource: Resource) -> str:
    """What flows call the members of a group: its tag, else its name."""
    name = resource.get("tags", PLACE_TAG) or resource.get("tags", "Name") or resource.get("name")
    return str(name) if name and UNKNOWN not in str(name) else resource.name


def inline_rules(reader: Reader, resource: Resource, *, beside: list[SecurityRule]) -> Iterator[SecurityRule]:
    """The inline rules of a group, without those that a plan over an existing group mirrors from separate ones."""
    mirrored = {_saying(rule) for rule in beside} if resource.is_planned else set()
    yield from (rule for rule in security_rules(reader, resource) if _saying(rule) not in mirrored)


def _saying(rule: SecurityRule) -> tuple[Direction, Peer, Services]:
    return rule.direction, rule.peer, rule.services


def _group_of(reader: Reader, resource: Resource) -> str:
    name = reader.group_name(resource.body.get("security_group_id"))
    return name if isinstance(name, str) else name.expression


def _implicit(reader: Reader) -> dict[str, SecurityGroup]:
    """AWS's default group of each VPC: everything out, and in from one another."""
    groups = {}
    for vpc in reader.configuration.of_type("aws_vpc"):
        name = default_group(vpc.key)
        ways: tuple[tuple[Direction, Peer], ...] = (
            (Direction.INGRESS, Members(name)),
            (Direction.EGRESS, Block(EVERYWHERE, "everywhere")),
        )
        rules = (
            SecurityRule(name=name, direction=way, peer=peer, services=EVERY_SERVICE, description=None)
            for way, peer in ways
        )
        groups[name] = SecurityGroup(name=name, vpc=vpc.key, place=name, rules=tuple(rules))
    return groups


def security_rules(reader: Reader, resource: Resource) -> Iterator[SecurityRule]:
    """The permissions that one resource writes: a group's inline blocks, or a rule by itself."""
    if resource.type in LONE_RULES:
        yield from _lone(reader, resource, LONE_RULES[resource.type])
    elif resource.type == OLD_RULE:
        kind = str(reader.plain(resource.body.get("type")))
        for direction in Direction:
            if kind == direction or kind not in tuple(Direction):
                yield from _listed(
                    reader, resource, resource.body, direction, [resource.body.get("source_security_group_id")]
                )
    else:
        for direction in Direction:
            yield from _inline(reader, resource, direction)


def _inline(reader: Reader, resource: Resource, direction: Direction) -> Iterator[SecurityRule]:
    for block in items(resource.body.get(direction)):
        if isinstance(block, Mapping):
            yield from _listed(reader, resource, block, direction, items(block.get("security_groups")))
        else:
            unknown = Unknown(str(block))
            yield SecurityRule(name=resource.key, direction=direction, peer=unknown, services=unknown)


def _lone(reader: Reader, resource: Resource, direction: Direction) -> Iterator[SecurityRule]:
    body = resource.body
    ports = reader.services(body.get("ip_protocol"), body.get("from_port"), body.get("to_port"))
    peers = [reader.block(body[name]) for name in ("cidr_ipv4", "cidr_ipv6") if not reader.is_unwritten(body.get(name))]
    group, prefix_list = body.get("referenced_security_group_id"), body.get("prefix_list_id")
    found: list[Peer] = [*peers]
    if not reader.is_unwritten(group):
        found.append(reader.group(group))
    if not reader.is_unwritten(prefix_list):
        found.extend(reader.prefix_list(prefix_list))
    yield from _rules(resource, direction, found, ports, body.get("description"))


def _listed(
    reader: Reader, resource: Resource, body: Mapping[str, Any], direction: Direction, groups: Any
) -> Iterator[SecurityRule]:
    ports = reader.services(body.get("protocol"), body.get("from_port"), body.get("to_port"))
    found: list[Peer] = []
    for name in ("cidr_blocks", "ipv6_cidr_blocks"):
        found.extend(reader.block(item) for item in items(body.get(name)))
    for item in items(body.get("prefix_list_ids")):
        found.extend(reader.prefix_list(item))
    found.extend(reader.group(item) for item in items(groups) if not reader.is_unwritten(item))
    if reader.plain(body.get("self")) in (True, "true"):
        own = _group_of(reader, resource) if resource.type == OLD_RULE else reader.group_name(f"${{{resource.key}.id}}")
        found.append(Members(str(own)))
    yield from _rules(resource, direction, found, ports, body.get("description"))


def _rules(
    resource: Resource, direction: Direction, peers: list[Peer], ports: Services, description: Any
) -> Iterator[SecurityRule]:
    text = None if description in (None, "", UNKNOWN) else str(description)
    for peer in peers:
        yield SecurityRule(name=resource.key, direction=direction, peer=peer, services=ports, description=text)
