"""Compares declared flows with possible flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from terraform_gate.network.addresses import addresses
from terraform_gate.network.model import Endpoint, Kind, Network
from terraform_gate.network.possible_flows import trials
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reach import Decision, Reach, decide
from terraform_gate.network.reading.flows import DeclaredFlow, FlowEnd, endpoint_of


@dataclass(frozen=True)
class BlockedFlow:
    """A declared flow that is not fully open. ``decision`` is None if an endpoint does not exist."""

    flow: DeclaredFlow
    decision: Decision | None


@dataclass(frozen=True)
class UndeclaredFlow:
    """Services that are open without a declared flow."""

    source: Endpoint
    destination: Endpoint
    services: Ranges
    decision: Decision


def missing_flows(network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[BlockedFlow]:
    """Yield the declared flows that are not open.

    A flow from or to CIDR blocks is open if some of its addresses get through. Between subnets outside of the
    configuration only security groups are evaluated. The owner of a security group outside of the configuration opens
    the flows to it.
    """
    for flow in flows:
        source, destination = endpoint_of(network, flow.source), endpoint_of(network, flow.destination)
        if destination is None and flow.destination.is_foreign_group:
            continue
        if source is None or destination is None:
            yield BlockedFlow(flow, None)
            continue
        decision = decide(network, source, destination, service=flow.service)
        enough = {Reach.OPEN, Reach.PARTLY} if Kind.ADDRESSES in (source.kind, destination.kind) else {Reach.OPEN}
        if decision.reach not in enough and not _may_open_elsewhere(decision):
            yield BlockedFlow(flow, decision)


def _may_open_elsewhere(decision: Decision) -> bool:
    return decision.is_external and any(attempt.best.is_open for attempt in decision.attempts)


def extra_flows(network: Network, flows: Sequence[DeclaredFlow]) -> Iterator[UndeclaredFlow]:
    """Yield the possible flows that are not declared.

    Two flows with CIDR blocks can imply a third: an endpoint that may call any address on a port, and an endpoint that
    any address may call on that port, can connect. Such a flow counts as declared.
    """
    endpoints = list(network.endpoints.values())
    for source in endpoints:
        for destination in endpoints:
            if not (source.is_outside and destination.is_outside):
                yield from _between(network, source, destination, flows)


def _between(
    network: Network, source: Endpoint, destination: Endpoint, flows: Sequence[DeclaredFlow]
) -> Iterator[UndeclaredFlow]:
    for services, decision in trials(network, source, destination):
        extra = services - _declared(decision, flows)
        if extra:
            yield UndeclaredFlow(source, destination, extra, decision)


def _declared(decision: Decision, flows: Sequence[DeclaredFlow]) -> Ranges:
    clients, servers = _ends(decision)
    source, destination = decision.source, decision.destination
    direct = (flow for flow in flows if _is(flow.source, source) and _is(flow.destination, destination))
    unknown = decision.is_external or destination.kind is Kind.AWS_SERVICE
    within = _meets if unknown else Ranges.__le__
    out = (flow for flow in flows if _is(flow.source, source) and within(servers, _addresses(flow.destination)))
    into = (flow for flow in flows if _is(flow.destination, destination) and within(clients, _addresses(flow.source)))
    if source.is_outside:
        return _services(direct) | _services(into)
    if destination.is_outside:
        return _services(direct) | _services(out)
    return _services(direct) | (_services(out) & _services(into))


def _meets(one: Ranges, two: Ranges) -> bool:
    """Whether the addresses overlap: those of external subnets and of AWS services may be those of a flow."""
    return bool(one & two)


def _ends(decision: Decision) -> tuple[Ranges, Ranges]:
    left = [ends for attempt in decision.attempts for ends in attempt.best.left]
    return Ranges.union(ends.clients for ends in left), Ranges.union(ends.servers for ends in left)


def _is(end: FlowEnd, endpoint: Endpoint) -> bool:
    return end.name == endpoint.name and not (end.cidrs and endpoint.addresses is not None)


def _addresses(end: FlowEnd) -> Ranges:
    return Ranges.union(addresses(cidr) for cidr in end.cidrs) if end.cidrs else NOTHING


def _services(flows: Iterator[DeclaredFlow]) -> Ranges:
    return Ranges.union(flow.services for flow in flows)
