"""Computes which services rules open to the internet together: unions of addresses, service by service."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from terraform_gate.network.addresses import INTERNET, is_internet_wide
from terraform_gate.network.filters import AclEntry, Block, Direction, Peer, SecurityGroup, SecurityRule, Unknown
from terraform_gate.network.model import Kind, Network
from terraform_gate.network.ranges import NOTHING, Ranges

RuleOrEntry = TypeVar("RuleOrEntry", SecurityRule, AclEntry)


@dataclass(frozen=True)
class Exposure:
    """Services that a rule opens to the internet, alone or together with other rules."""

    name: str
    services: Ranges


def internet_exposures(rules: Iterable[RuleOrEntry]) -> Iterator[Exposure]:
    """Yield the rules that contribute to opening services to the internet, each with those services.

    Rules add up: 0.0.0.0/1 and 128.0.0.0/1 on one port are the internet. Unknown peers and services are ignored.
    """
    public = [rule for rule in rules if isinstance(rule.services, Ranges) and block_of(rule.peer) & INTERNET]
    contributing: dict[str, list[Ranges]] = {}
    for services, matching in _by_service(public):
        if is_internet_wide(Ranges.union(block_of(rule.peer) for rule in matching)):
            for rule in matching:
                contributing.setdefault(rule.name, []).append(services)
    yield from (Exposure(name=name, services=Ranges.union(found)) for name, found in contributing.items())


def _by_service(rules: Sequence[RuleOrEntry]) -> Iterator[tuple[Ranges, list[RuleOrEntry]]]:
    """Cut the services of all rules into pieces and yield the rules of each, in one sweep."""
    spans = [(span, rule) for rule in rules if isinstance(rule.services, Ranges) for span in rule.services.spans]
    starts = sorted(spans, key=lambda item: item[0][0])
    borders = sorted({edge for span, _ in spans for edge in span})
    active: list[tuple[tuple[int, int], RuleOrEntry]] = []
    position = 0
    for start, stop in itertools.pairwise(borders):
        active = [item for item in active if item[0][1] > start]
        while position < len(starts) and starts[position][0][0] <= start:
            active.append(starts[position])
            position += 1
        if active:
            yield Ranges(((start, stop),)), [rule for _, rule in active]


def block_of(peer: Peer) -> Ranges:
    """Return the addresses of a peer that is given by addresses; empty for other peers."""
    return peer.ranges if isinstance(peer, Block) else NOTHING


def unknown_parts(rule: SecurityRule | AclEntry) -> Iterator[str]:
    """Yield the expressions of a rule that are not known before the apply."""
    for part in (rule.peer, rule.services):
        if isinstance(part, Unknown):
            yield part.expression


def may_be_internet(peer: Peer) -> bool:
    """Whether a peer includes internet addresses, or is not known; the members of a group never do."""
    if isinstance(peer, Unknown):
        return not peer.is_group
    return bool(block_of(peer) & INTERNET)


def rules_of(group: SecurityGroup, direction: Direction) -> list[SecurityRule]:
    """Return the rules of one direction."""
    return [rule for rule in group.rules if rule.direction is direction]


def listener_ports(network: Network, group: str) -> Ranges:
    """Return the listener ports of internet-facing load balancers, if all members of the group are load balancers."""
    members = network.members_of(group)
    if any(endpoint.kind is not Kind.LOAD_BALANCER for endpoint in members):
        return NOTHING
    return Ranges.union(endpoint.ports for endpoint in members if endpoint.ports is not None and endpoint.public)
