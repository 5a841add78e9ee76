"""Computes every connection that can open between any two endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from terraform_gate.network.filters import Direction, Services
from terraform_gate.network.model import Endpoint, Kind, Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reach import Decision, Reach, decide
from terraform_gate.network.services import EVERY_SERVICE


@dataclass(frozen=True)
class PossibleFlow:
    """Services with one answer between two endpoints; ``example`` is the decision about one of them."""

    source: Endpoint
    destination: Endpoint
    services: Ranges
    reach: Reach
    example: Decision


def possible_flows(network: Network) -> Iterator[PossibleFlow]:
    """Yield the services that are not closed, for every pair of endpoints of which at least one is in a VPC."""
    endpoints = list(network.endpoints.values())
    for source in endpoints:
        for destination in endpoints:
            if not (source.is_outside and destination.is_outside):
                yield from flows_between(network, source, destination)


def flows_between(network: Network, source: Endpoint, destination: Endpoint) -> Iterator[PossibleFlow]:
    """Yield the services that ``source`` can open at ``destination``: one item for each answer other than closed."""
    found: dict[Reach, list[tuple[Ranges, Decision]]] = {}
    for services, decision in trials(network, source, destination):
        found.setdefault(decision.reach, []).append((services, decision))
    for reach, pieces in found.items():
        yield PossibleFlow(source, destination, Ranges.union(piece for piece, _ in pieces), reach, pieces[0][1])


def trials(network: Network, source: Endpoint, destination: Endpoint) -> Iterator[tuple[Ranges, Decision]]:
    """Yield the services that are not closed, with the decision about one service of each piece.

    Services are cut wherever any rule on the path begins or ends, so that one decision holds for a whole piece. AWS
    services behind a gateway endpoint open no connections themselves.
    """
    if source.kind is Kind.AWS_SERVICE:
        return
    for start, stop in _candidates(network, source, destination):
        decision = decide(network, source, destination, service=start)
        if decision.reach is not Reach.CLOSED:
            yield Ranges(((start, stop),)), decision


def _candidates(network: Network, source: Endpoint, destination: Endpoint) -> Iterator[tuple[int, int]]:
    out = _by_groups(network, source, Direction.EGRESS)
    into = _by_groups(network, destination, Direction.INGRESS)
    wanted = Ranges.union(out) & Ranges.union(into)
    entries = [*out, *into, *_by_acls(network, source), *_by_acls(network, destination)] if wanted else []
    protocols = Ranges.of(*((number << 16, (number + 1) << 16) for number in (1, 6, 17, 58)))
    yield from wanted.cells([*entries, protocols])


def _by_groups(network: Network, endpoint: Endpoint, direction: Direction) -> list[Ranges]:
    if endpoint.is_outside or not endpoint.filtered or endpoint.unknown:
        return [EVERY_SERVICE]
    groups = (network.groups[name] for name in endpoint.groups if name in network.groups)
    return [_known(rule.services) for group in groups for rule in group.rules if rule.direction is direction]


def _by_acls(network: Network, endpoint: Endpoint) -> list[Ranges]:
    names = {acl for subnet in endpoint.subnets for acl in network.subnets[subnet].acls}
    nat_acls = {acl for nat in network.nat_gateways.values() for acl in network.subnets[nat.subnet].acls}
    return [_known(entry.services) for name in names | nat_acls for entry in network.acls[name].entries]


def _known(services: Services) -> Ranges:
    return services if isinstance(services, Ranges) else EVERY_SERVICE
