"""How much of the world a security group or a network ACL speaks about: unions of addresses, service by service."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from terraform_gate.network.addresses import INTERNET, is_world
from terraform_gate.network.filters import AclRule, Block, Direction, Peer, SecurityGroup, SecurityRule, Unknown
from terraform_gate.network.model import Kind, Network
from terraform_gate.network.ranges import NOTHING, Ranges

Line = TypeVar("Line", SecurityRule, AclRule)


@dataclass(frozen=True)
class Exposure:
    """Services that a rule opens to the world, alone or together with others."""

    name: str
    services: Ranges


def world_exposures(rules: Iterable[Line]) -> Iterator[Exposure]:
    """The rules that take part in opening some service to the world, each with those services.

    Rules add up: 0.0.0.0/1 and 128.0.0.0/1 on one port are the world. Unknown peers and services are left out.
    """
    public = [rule for rule in rules if isinstance(rule.services, Ranges) and block_of(rule.peer) & INTERNET]
    guilty: dict[str, list[Ranges]] = {}
    for services, taking_part in _by_service(public):
        if is_world(Ranges.union(block_of(rule.peer) for rule in taking_part)):
            for rule in taking_part:
                guilty.setdefault(rule.name, []).append(services)
    yield from (Exposure(name=name, services=Ranges.union(found)) for name, found in guilty.items())


def _by_service(rules: Sequence[Line]) -> Iterator[tuple[Ranges, list[Line]]]:
    """The services of all rules in pieces, each with the rules about it; one sweep from the lowest to the highest."""
    spans = [(span, rule) for rule in rules if isinstance(rule.services, Ranges) for span in rule.services.spans]
    starts = sorted(spans, key=lambda item: item[0][0])
    borders = sorted({edge for span, _ in spans for edge in span})
    active: list[tuple[tuple[int, int], Line]] = []
    position = 0
    for start, stop in itertools.pairwise(borders):
        active = [item for item in active if item[0][1] > start]
        while position < len(starts) and starts[position][0][0] <= start:
            active.append(starts[position])
            position += 1
        if active:
            yield Ranges(((start, stop),)), [rule for _, rule in active]


def block_of(peer: Peer) -> Ranges:
    """The addresses that a peer is written with; none for groups, services and the unknown."""
    return peer.ranges if isinstance(peer, Block) else NOTHING


def unknown_parts(rule: SecurityRule | AclRule) -> Iterator[str]:
    """What of a rule is not known before the apply."""
    for part in (rule.peer, rule.services):
        if isinstance(part, Unknown):
            yield part.expression


def rules_of(group: SecurityGroup, direction: Direction) -> list[SecurityRule]:
    """The rules of one direction."""
    return [rule for rule in group.rules if rule.direction is direction]


def listener_ports(network: Network, group: str) -> Ranges:
    """Where load balancers that face the internet listen, if nothing but load balancers stands in the group."""
    members = [party for party in network.parties.values() if group in party.groups]
    if any(party.kind is not Kind.LOAD_BALANCER for party in members):
        return NOTHING
    return Ranges.union(party.ports for party in members if party.ports is not None and party.public)
