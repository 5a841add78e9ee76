"""Traces a connection end to end: the client's filters, the route, the server's filters, and the replies."""

from __future__ import annotations

from terraform_gate.network.addresses import EVERY_IPV4, IPV6_ORIGIN
from terraform_gate.network.connection_trace import Trace
from terraform_gate.network.filters import Direction
from terraform_gate.network.location import Location
from terraform_gate.network.model import Endpoint, Kind, Network, Target
from terraform_gate.network.routing import Hop, hops

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS


def trace_connection(
    network: Network, source: Location, destination: Location, *, service: int, assume_open: bool
) -> Trace:
    """Trace one connection between two locations of the same address family.

    Args:
        network: the network.
        source: the client.
        destination: the server.
        service: a point of the axis of `services`.
        assume_open: whether unknown values are taken as allowing traffic or as denying it.

    Raises:
        ValueError: both locations are outside the network.
    """
    trace = Trace(network=network, source=source, destination=destination, service=service, assume_open=assume_open)
    if source.subnet is None and destination.subnet is None:
        raise ValueError(f"{source.name} and {destination.name} are both outside the VPCs: no rule applies to them")
    trace.pass_groups(source, EGRESS, other=destination)
    if source.subnet is not None and source.subnet == destination.subnet:
        trace.note("route", "both ends are in one subnet: network ACLs do not apply")
        trace.pass_groups(destination, INGRESS, other=source)
        return trace
    trace.pass_acls(source, EGRESS, other=destination)
    _route(trace)
    trace.pass_acls(destination, INGRESS, other=source)
    trace.pass_groups(destination, INGRESS, other=source)
    trace.return_past_acls(destination, EGRESS, other=source, to=trace.replies)
    trace.return_past_acls(source, INGRESS, other=destination, to=trace.replies)
    return trace


def _route(trace: Trace) -> None:
    for end in (trace.source, trace.destination):
        if end.subnet is not None and end.subnet.is_external and trace.is_open:
            record = trace.note if trace.assume_open else trace.stop
            record("external subnet", f"network ACL and routes of {end.subnet.name} are not in the configuration")
    if _has_routes(trace.source):
        _follow(trace, trace.source, trace.destination)
    if _has_routes(trace.destination) and not _same_vpc(trace):
        _follow(trace, trace.destination, trace.source)


def _has_routes(end: Location) -> bool:
    return end.subnet is not None and not end.subnet.is_external


def _same_vpc(trace: Trace) -> bool:
    one, two = trace.source.subnet, trace.destination.subnet
    return one is not None and two is not None and one.vpc == two.vpc


def _follow(trace: Trace, start: Location, end: Location) -> None:
    """Follow the routes of the subnet of ``start``: forwards for the client, backwards for the server's replies."""
    if not trace.is_open:
        return
    found = hops(trace.network, start, end, assume_open=trace.assume_open)
    usable = [hop for hop in found if _is_usable(trace, hop, start, end)]
    if not usable:
        trace.stop("route", f"{_reasons(found)} from {start.name} to {end.name}")
        return
    for hop in usable:
        trace.note("route", f"{hop.route.target} by {hop.route.name}" if hop.route else "")
    for other in found:
        if other not in usable:
            trace.drop(end, other.addresses)
    for hop in usable:
        if hop.route and hop.route.target is Target.NAT_GATEWAY:
            _through_nat(trace, hop.route.through)


def _reasons(found: list[Hop]) -> str:
    return "; ".join(
        f"{hop.route.name} ({hop.route.target}) does not lead there" if hop.route else "no route" for hop in found
    )


def _is_usable(trace: Trace, hop: Hop, start: Location, end: Location) -> bool:
    """Whether a route takes packets of ``start`` to ``end``, given which end opened the connection."""
    if hop.route is None:
        return False
    target, forwards, is_ipv6 = hop.route.target, start is trace.source, start.addresses.spans[0][0] >= IPV6_ORIGIN
    if target in {Target.OPAQUE, Target.DEVICE, Target.UNKNOWN}:
        return trace.assume_open and end.endpoint.kind not in {Kind.INTERNET, Kind.AWS_SERVICE}
    if target is Target.INTERNET_GATEWAY:
        return end.subnet is None and (start.endpoint.public or is_ipv6)
    if target is Target.EGRESS_ONLY_GATEWAY:
        return end.subnet is None and forwards and is_ipv6
    if target is Target.NAT_GATEWAY:
        return end.subnet is None and forwards
    return target is Target.LOCAL or (target is Target.GATEWAY_ENDPOINT and forwards)


def _through_nat(trace: Trace, name: str) -> None:
    """Trace the second half of a connection through a NAT gateway: into and out of its subnet, and the replies."""
    gateway = trace.network.nat_gateways.get(name)
    if gateway is None:
        if not trace.assume_open:
            trace.stop("NAT gateway", f"{name} is not in the configuration")
        return
    subnet = trace.network.subnets[gateway.subnet]
    nat = Location(
        endpoint=Endpoint(name=name, subnets=(subnet.name,), public=gateway.public, filtered=False),
        subnet=subnet,
        addresses=(subnet.addresses or subnet.possible_addresses) & EVERY_IPV4,
        exact=bool(subnet.addresses),
    )
    same_subnet = trace.source.subnet == subnet
    if not same_subnet:
        trace.pass_acls(nat, INGRESS, other=trace.source)
    trace.pass_acls(nat, EGRESS, other=trace.destination)
    _out_of_nat(trace, nat)
    trace.return_past_acls(nat, INGRESS, other=trace.destination, to=nat.reply_ports(trace.service))
    if not same_subnet:
        trace.return_past_acls(nat, EGRESS, other=trace.source, to=trace.replies)


def _out_of_nat(trace: Trace, nat: Location) -> None:
    if not trace.is_open:
        return
    out = hops(trace.network, nat, trace.destination, assume_open=trace.assume_open)
    if not any(hop.route and hop.route.target is Target.INTERNET_GATEWAY and nat.endpoint.public for hop in out):
        trace.stop("route", f"{_reasons(out)} from {nat.name} to {trace.destination.name}")
