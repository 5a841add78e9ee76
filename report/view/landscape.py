"""Joins components, subnets and flows, and adds the path through NAT gateways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from terraform_gate.configuration import Configuration
from terraform_gate.network.analysis.flow_comparison import extra_flows, missing_flows
from terraform_gate.network.possible_flows import possible_flows
from terraform_gate.network.reading.flows import DeclaredFlow, declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe

from report.view.component import Component, Flow, Landscape, Tier
from report.view.components import NAT, components_of, subnets_of

LARGEST = 60
"""Endpoints above which connections are not computed: the time grows with the square of the number."""
INTERNET = "internet"


def landscape_of(configuration: Configuration) -> Landscape:
    """The components of a configuration with their connections."""
    components = list(components_of(configuration))
    subnets = subnets_of(configuration)
    zones = tuple(dict.fromkeys(sorted(subnet.zone for subnet in subnets)))
    if len(components) > LARGEST:
        problem = f"{len(components)} endpoints: connections are computed for at most {LARGEST}. Next: make reach"
        return Landscape(components=tuple(components), subnets=subnets, flows=(), problem=problem, zones=zones)
    flows = list(dict.fromkeys(_flows(configuration)))
    components += _named_only_by_flows(components, flows)
    if any(component.name == NAT for component in components):
        flows = list(dict.fromkeys(item for flow in flows for item in _through_nat(flow)))
    used = {name for flow in flows for name in (flow.source, flow.destination)}
    shown = tuple(item for item in components if item.tier is not Tier.OUTSIDE or item.name in used)
    return Landscape(components=shown, subnets=subnets, flows=tuple(flows), zones=zones)


def _flows(configuration: Configuration) -> Iterator[Flow]:
    network, declared = network_of(configuration), declared_flows(configuration)
    if not declared:
        for possible in possible_flows(network):
            ports = describe(possible.services)
            yield Flow(source=possible.source.name, destination=possible.destination.name, port=ports, state="possible")
        return
    blocked = {item.flow for item in missing_flows(network, declared)}
    for flow in declared:
        yield replace(_declared(flow), state="blocked" if flow in blocked else "declared")
    for extra in extra_flows(network, declared):
        port = describe(extra.services)
        yield Flow(source=extra.source.name, destination=extra.destination.name, port=port, state="undeclared")


def _declared(flow: DeclaredFlow) -> Flow:
    port = f"{flow.protocol}/{flow.port}"
    return Flow(source=flow.source.name, destination=flow.destination.name, port=port, why=flow.why)


def _named_only_by_flows(known: list[Component], flows: list[Flow]) -> Iterator[Component]:
    """Ends of flows that are no resource, such as the clients of a load balancer."""
    names = {component.name for component in known}
    for name in dict.fromkeys(end for flow in flows for end in (flow.source, flow.destination)):
        if name not in names:
            yield Component(name=name, kind="addresses", tier=Tier.OUTSIDE)


def _through_nat(flow: Flow) -> Iterator[Flow]:
    if flow.destination != INTERNET or flow.source == NAT:
        yield flow
        return
    yield replace(flow, destination=NAT)
    yield Flow(source=NAT, destination=INTERNET, port=flow.port, why="Egress of the Fargate tasks", state=flow.state)
