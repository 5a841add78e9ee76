"""Every connection that could open between any two parties: what is possible, to be held against what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from terraform_gate.network.filters import Direction, Services
from terraform_gate.network.model import Kind, Network, Party
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reach import Decision, Reach, decide
from terraform_gate.network.services import EVERY_SERVICE


@dataclass(frozen=True)
class PossibleFlow:
    """Services that ``source`` may open at ``destination``, all with one answer; ``example`` decides one of them."""

    source: Party
    destination: Party
    services: Ranges
    reach: Reach
    example: Decision


def possible_flows(network: Network) -> Iterator[PossibleFlow]:
    """Every pair of parties (both ends inside, or one) with the services that are not closed between them."""
    everyone = list(network.parties.values())
    for source in everyone:
        for destination in everyone:
            if not (source.is_outside and destination.is_outside):
                yield from flows_between(network, source, destination)


def flows_between(network: Network, source: Party, destination: Party) -> Iterator[PossibleFlow]:
    """What ``source`` may open at ``destination``: one item for each answer other than closed."""
    found: dict[Reach, list[tuple[Ranges, Decision]]] = {}
    for services, decision in trials(network, source, destination):
        found.setdefault(decision.reach, []).append((services, decision))
    for reach, pieces in found.items():
        yield PossibleFlow(source, destination, Ranges.union(piece for piece, _ in pieces), reach, pieces[0][1])


def trials(network: Network, source: Party, destination: Party) -> Iterator[tuple[Ranges, Decision]]:
    """The services that are not closed, cut where any rule on the way changes its mind; one of each piece is tried.

    Services of AWS behind a gateway endpoint open no connections.
    """
    if source.kind is Kind.AWS_SERVICE:
        return
    for start, stop in _candidates(network, source, destination):
        decision = decide(network, source, destination, service=start)
        if decision.reach is not Reach.CLOSED:
            yield Ranges(((start, stop),)), decision


def _candidates(network: Network, source: Party, destination: Party) -> Iterator[tuple[int, int]]:
    out = _by_groups(network, source, Direction.EGRESS)
    into = _by_groups(network, destination, Direction.INGRESS)
    wanted = Ranges.union(out) & Ranges.union(into)
    lines = [*out, *into, *_by_acls(network, source), *_by_acls(network, destination)] if wanted else []
    protocols = Ranges.of(*((number << 16, (number + 1) << 16) for number in (1, 6, 17, 58)))
    yield from wanted.cells([*lines, protocols])


def _by_groups(network: Network, party: Party, direction: Direction) -> list[Ranges]:
    if party.is_outside or not party.filtered or party.unknown:
        return [EVERY_SERVICE]
    groups = (network.groups[name] for name in party.groups if name in network.groups)
    return [_known(rule.services) for group in groups for rule in group.rules if rule.direction is direction]


def _by_acls(network: Network, party: Party) -> list[Ranges]:
    names = {acl for subnet in party.subnets for acl in network.subnets[subnet].acls}
    nat_acls = {acl for nat in network.nat_gateways.values() for acl in network.subnets[nat.subnet].acls}
    return [_known(rule.services) for name in names | nat_acls for rule in network.acls[name].rules]


def _known(services: Services) -> Ranges:
    return services if isinstance(services, Ranges) else EVERY_SERVICE
