"""Evaluates security groups: the rules of all groups of an endpoint add up; replies need no rule."""

from __future__ import annotations

from dataclasses import dataclass

from terraform_gate.network.filters import Direction, SecurityRule
from terraform_gate.network.location import Location, matches
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges


@dataclass(frozen=True)
class Admission:
    """The addresses of the other side that are allowed, and the rules that allow them."""

    admitted: Ranges
    by: tuple[SecurityRule, ...] = ()


def admitted(
    network: Network, guarded: Location, direction: Direction, other: Location, *, service: int, assume_open: bool
) -> Admission:
    """Return the addresses of ``other`` that can connect to ``guarded`` (ingress) or that it can connect to (egress).

    Args:
        network: the network.
        guarded: the endpoint whose security groups are evaluated.
        direction: the direction, seen from ``guarded``.
        other: the other end of the connection.
        service: a point of the axis of `services`.
        assume_open: whether unknown values are taken as allowing traffic or as denying it.
    """
    if guarded.endpoint.is_outside or not guarded.endpoint.filtered or (assume_open and guarded.endpoint.unknown):
        return Admission(admitted=other.addresses)
    point = Ranges(((service, service + 1),))
    found: list[tuple[Ranges, SecurityRule]] = []
    for rule in _rules(network, guarded, direction):
        if matches(rule.services, point, assume_match=assume_open):
            found.append((other.matched_by(rule.peer, assume_match=assume_open), rule))
    useful = [(ranges, rule) for ranges, rule in found if ranges]
    return Admission(admitted=Ranges.union(ranges for ranges, _ in useful), by=tuple(rule for _, rule in useful))


def _rules(network: Network, guarded: Location, direction: Direction) -> list[SecurityRule]:
    groups = (network.groups[name] for name in guarded.endpoint.groups if name in network.groups)
    return [rule for group in groups for rule in group.rules if rule.direction is direction]
