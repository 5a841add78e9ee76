"""Declared flows against possible flows: what is declared and does not work, what works and is not declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from terraform_gate.network.addresses import addresses
from terraform_gate.network.matrix import trials
from terraform_gate.network.model import Kind, Network, Party
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reach import Decision, Reach, decide
from terraform_gate.network.reading.flows import DeclaredFlow, Place, party_of


@dataclass(frozen=True)
class Missing:
    """A declared flow that does not open, or not from everywhere. ``decision`` is None where an end does not exist."""

    flow: DeclaredFlow
    decision: Decision | None


@dataclass(frozen=True)
class Extra:
    """Services that open although no flow declares them."""

    source: Party
    destination: Party
    services: Ranges
    decision: Decision


def missing_flows(network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[Missing]:
    """Declared flows that are not open. One with an end outside works when some of its addresses get through.

    Between subnets that are made elsewhere only the security groups are here to be judged.
    """
    for flow in flows:
        source, destination = party_of(network, flow.source), party_of(network, flow.destination)
        if source is None or destination is None:
            yield Missing(flow, None)
            continue
        decision = decide(network, source, destination, service=flow.service)
        enough = {Reach.OPEN, Reach.PARTLY} if Kind.ADDRESSES in (source.kind, destination.kind) else {Reach.OPEN}
        if decision.reach not in enough and not _opens_as_far_as_we_see(decision):
            yield Missing(flow, decision)


def _opens_as_far_as_we_see(decision: Decision) -> bool:
    return decision.is_elsewhere and any(attempt.best.is_open for attempt in decision.attempts)


def extra_flows(network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[Extra]:
    """Possible flows that nobody declared.

    Two flows that speak of addresses may imply a third: who may call any address on a port, and who may be called by
    any address on it, can meet. That is declared twice over, and not extra.
    """
    everyone = list(network.parties.values())
    for source in everyone:
        for destination in everyone:
            if not (source.is_outside and destination.is_outside):
                yield from _between(network, source, destination, flows)


def _between(network: Network, source: Party, destination: Party, flows: Sequence[DeclaredFlow]) -> Iterator[Extra]:
    for services, decision in trials(network, source, destination):
        extra = services - _declared(decision, flows)
        if extra:
            yield Extra(source, destination, extra, decision)


def _declared(decision: Decision, flows: Sequence[DeclaredFlow]) -> Ranges:
    clients, servers = _ends(decision)
    source, destination = decision.source, decision.destination
    direct = (flow for flow in flows if _is(flow.source, source) and _is(flow.destination, destination))
    within = _meets if decision.is_elsewhere else Ranges.__le__
    out = (flow for flow in flows if _is(flow.source, source) and within(servers, _addresses(flow.destination)))
    into = (flow for flow in flows if _is(flow.destination, destination) and within(clients, _addresses(flow.source)))
    if source.is_outside:
        return _services(direct) | _services(into)
    if destination.is_outside:
        return _services(direct) | _services(out)
    return _services(direct) | (_services(out) & _services(into))


def _meets(one: Ranges, two: Ranges) -> bool:
    """Addresses of subnets that are made elsewhere are not known: they may lie in what a flow names."""
    return bool(one & two)


def _ends(decision: Decision) -> tuple[Ranges, Ranges]:
    left = [ends for attempt in decision.attempts for ends in attempt.best.left]
    return Ranges.union(ends.clients for ends in left), Ranges.union(ends.servers for ends in left)


def _is(place: Place, party: Party) -> bool:
    return place.name == party.name and not (place.cidrs and party.addresses is not None)


def _addresses(place: Place) -> Ranges:
    return Ranges.union(addresses(cidr) for cidr in place.cidrs) if place.cidrs else NOTHING


def _services(flows: Iterator[DeclaredFlow]) -> Ranges:
    return Ranges.of(*((flow.service, flow.service + 1) for flow in flows))
