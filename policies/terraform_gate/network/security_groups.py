"""What the security groups around a party let through. Rules add up; replies need none."""

from __future__ import annotations

from dataclasses import dataclass

from terraform_gate.network.endpoint_view import Location, matches
from terraform_gate.network.filters import Direction, SecurityRule
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges


@dataclass(frozen=True)
class Admission:
    """Addresses of the other side that get through, and the rules that say so."""

    admitted: Ranges
    by: tuple[SecurityRule, ...] = ()


def admitted(
    network: Network, guarded: Location, direction: Direction, other: Location, *, service: int, hope: bool
) -> Admission:
    """Which addresses of ``other`` may talk to ``guarded`` (ingress) or be called by it (egress).

    ``hope`` decides what is not known: True takes it as allowed, False as not.
    """
    if guarded.party.is_outside or not guarded.party.filtered or (hope and guarded.party.unknown):
        return Admission(admitted=other.addresses)
    point = Ranges(((service, service + 1),))
    found: list[tuple[Ranges, SecurityRule]] = []
    for rule in _rules(network, guarded, direction):
        if matches(rule.services, point, generous=hope):
            found.append((other.matched_by(rule.peer, generous=hope), rule))
    useful = [(ranges, rule) for ranges, rule in found if ranges]
    return Admission(admitted=Ranges.union(ranges for ranges, _ in useful), by=tuple(rule for _, rule in useful))


def _rules(network: Network, guarded: Location, direction: Direction) -> list[SecurityRule]:
    groups = (network.groups[name] for name in guarded.party.groups if name in network.groups)
    return [rule for group in groups for rule in group.rules if rule.direction is direction]
