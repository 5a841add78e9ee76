"""Reads security groups and their rules, from each of the four ways to write them in Terraform."""

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
from terraform_gate.network.reading.reader import Reader, default_security_group
from terraform_gate.network.services import EVERY_SERVICE
from terraform_gate.reading.expression import UNKNOWN
from terraform_gate.terraform_resource import Resource, items

GROUPS = ("aws_security_group", "aws_default_security_group")
SEPARATE_RULES = {
    "aws_vpc_security_group_ingress_rule": Direction.INGRESS,
    "aws_vpc_security_group_egress_rule": Direction.EGRESS,
}
LEGACY_RULE = "aws_security_group_rule"
RULES = (*SEPARATE_RULES, LEGACY_RULE)
# The name of an endpoint. Deployed resources have this tag, so its key stays as it is.
ENDPOINT_TAG = "airflow-fargate:place"


def read_security_groups(reader: Reader) -> dict[str, SecurityGroup]:
    """Read all security groups by name, including groups that only rules refer to."""
    rules: dict[str, list[SecurityRule]] = defaultdict(list)
    for resource in reader.configuration.of_type(*RULES):
        rules[str(_group_of(reader, resource))].extend(security_rules(reader, resource))
    groups = _initial_groups(reader)
    for resource in reader.configuration.of_type(*GROUPS):
        name = reader.group_name(f"${{{resource.key}.id}}")
        own = (*inline_rules(reader, resource, separate=(separate := rules.pop(str(name), []))), *separate)
        vpc, endpoint_name = str(reader.name(resource.body.get("vpc_id"))), endpoint_name_of(resource)
        groups[str(name)] = SecurityGroup(name=str(name), vpc=vpc, endpoint_name=endpoint_name, rules=own)
    for name, added in rules.items():
        known = groups.get(name, SecurityGroup(name=name, endpoint_name=name))
        groups[name] = SecurityGroup(
            name=name, vpc=known.vpc, endpoint_name=known.endpoint_name, rules=(*known.rules, *added)
        )
    return groups


def endpoint_name_of(resource: Resource) -> str:
    """Return the name of a group's members in declared flows: its endpoint tag, else its name."""
    name = resource.get("tags", ENDPOINT_TAG) or resource.get("tags", "Name") or resource.get("name")
    return str(name) if name and UNKNOWN not in str(name) else resource.name


def inline_rules(reader: Reader, resource: Resource, *, separate: list[SecurityRule]) -> Iterator[SecurityRule]:
    """Yield the inline rules of a group, without the copies of separate rules that a plan shows."""
    mirrored = {_content(rule) for rule in separate} if resource.is_planned else set()
    yield from (rule for rule in security_rules(reader, resource) if _content(rule) not in mirrored)


def _content(rule: SecurityRule) -> tuple[Direction, Peer, Services]:
    return rule.direction, rule.peer, rule.services


def _group_of(reader: Reader, resource: Resource) -> str:
    name = reader.group_name(resource.body.get("security_group_id"))
    return name if isinstance(name, str) else name.expression


def _initial_groups(reader: Reader) -> dict[str, SecurityGroup]:
    """The default security group of each VPC with its initial rules: all egress, and ingress from its members."""
    groups = {}
    for vpc in reader.configuration.of_type("aws_vpc"):
        name = default_security_group(vpc.key)
        initial: tuple[tuple[Direction, Peer], ...] = (
            (Direction.INGRESS, Members(name)),
            (Direction.EGRESS, Block(EVERYWHERE, "everywhere")),
        )
        rules = (
            SecurityRule(name=name, direction=direction, peer=peer, services=EVERY_SERVICE, description=None)
            for direction, peer in initial
        )
        groups[name] = SecurityGroup(name=name, vpc=vpc.key, endpoint_name=name, rules=tuple(rules))
    return groups


def security_rules(reader: Reader, resource: Resource) -> Iterator[SecurityRule]:
    """Yield the rules of one resource: the inline blocks of a group, or a separate rule."""
    if resource.type in SEPARATE_RULES:
        yield from _separate_rule(reader, resource, SEPARATE_RULES[resource.type])
    elif resource.type == LEGACY_RULE:
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


def _separate_rule(reader: Reader, resource: Resource, direction: Direction) -> Iterator[SecurityRule]:
    body = resource.body
    ports = reader.services(body.get("ip_protocol"), body.get("from_port"), body.get("to_port"))
    peers = [reader.block(body[name]) for name in ("cidr_ipv4", "cidr_ipv6") if not reader.is_absent(body.get(name))]
    group, prefix_list = body.get("referenced_security_group_id"), body.get("prefix_list_id")
    found: list[Peer] = [*peers]
    if not reader.is_absent(group):
        found.append(reader.group(group))
    if not reader.is_absent(prefix_list):
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
    found.extend(reader.group(item) for item in items(groups) if not reader.is_absent(item))
    if reader.plain(body.get("self")) in (True, "true"):
        own = (
            _group_of(reader, resource)
            if resource.type == LEGACY_RULE
            else reader.group_name(f"${{{resource.key}.id}}")
        )
        found.append(Members(str(own)))
    yield from _rules(resource, direction, found, ports, body.get("description"))


def _rules(
    resource: Resource, direction: Direction, peers: list[Peer], ports: Services, description: Any
) -> Iterator[SecurityRule]:
    text = None if description in (None, "", UNKNOWN) else str(description)
    for peer in peers:
        yield SecurityRule(name=resource.key, direction=direction, peer=peer, services=ports, description=text)
