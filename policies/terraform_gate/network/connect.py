"""Walks a connection from end to end: out of one place, along the route, into the other, and back."""

from __future__ import annotations

from terraform_gate.network.addresses import EVERY_IPV4, IPV6_ORIGIN
from terraform_gate.network.endpoint_view import Location
from terraform_gate.network.filters import Direction
from terraform_gate.network.model import Kind, Network, Party, Target
from terraform_gate.network.routing import Hop, hops
from terraform_gate.network.walk import Walk

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS


def connect(network: Network, source: Location, destination: Location, *, service: int, hope: bool) -> Walk:
    """Try one connection between two places of the same address family.

    ``service`` is a point of the axis of `services`; ``hope`` decides everything that is not known. Raises ValueError
    when both ends are outside the network.
    """
    walk = Walk(network=network, source=source, destination=destination, service=service, hope=hope)
    if source.subnet is None and destination.subnet is None:
        raise ValueError(
            f"{source.name} and {destination.name} are both outside: nothing of the configuration lies between them"
        )
    walk.pass_groups(source, EGRESS, other=destination)
    if source.subnet is not None and source.subnet == destination.subnet:
        walk.note("route", "both ends are in one subnet: no network ACL between them")
        walk.pass_groups(destination, INGRESS, other=source)
        return walk
    walk.pass_acls(source, EGRESS, other=destination)
    _route(walk)
    walk.pass_acls(destination, INGRESS, other=source)
    walk.pass_groups(destination, INGRESS, other=source)
    walk.return_past_acls(destination, EGRESS, other=source, to=walk.replies)
    walk.return_past_acls(source, INGRESS, other=destination, to=walk.replies)
    return walk


def _route(walk: Walk) -> None:
    for end in (walk.source, walk.destination):
        if end.subnet is not None and end.subnet.is_elsewhere and walk.is_open:
            say = walk.note if walk.hope else walk.stop
            say("beyond", f"network ACL and routes of {end.subnet.name} are not in the configuration")
    if _has_routes(walk.source):
        _follow(walk, walk.source, walk.destination)
    if _has_routes(walk.destination) and not _same_vpc(walk):
        _follow(walk, walk.destination, walk.source)


def _has_routes(end: Location) -> bool:
    return end.subnet is not None and not end.subnet.is_elsewhere


def _same_vpc(walk: Walk) -> bool:
    one, two = walk.source.subnet, walk.destination.subnet
    return one is not None and two is not None and one.vpc == two.vpc


def _follow(walk: Walk, start: Location, end: Location) -> None:
    """Follow the routes of the subnet of ``start``: forwards for the client, backwards for the server's replies."""
    if not walk.is_open:
        return
    found = hops(walk.network, start, end, hope=walk.hope)
    usable = [hop for hop in found if _leads(walk, hop, start, end)]
    if not usable:
        walk.stop("route", f"{_reasons(found)} from {start.name} to {end.name}")
        return
    for hop in usable:
        walk.note("route", f"{hop.route.target} by {hop.route.name}" if hop.route else "")
    for other in found:
        if other not in usable:
            walk.lose(end, other.addresses)
    for hop in usable:
        if hop.route and hop.route.target is Target.NAT_GATEWAY:
            _through_nat(walk, hop.route.through)


def _reasons(found: list[Hop]) -> str:
    return "; ".join(f"no use of {hop.route.name} ({hop.route.target})" if hop.route else "no route" for hop in found)


def _leads(walk: Walk, hop: Hop, start: Location, end: Location) -> bool:
    """Whether a route takes packets of ``start`` to ``end``, given who opened the connection."""
    if hop.route is None:
        return False
    target, forwards, is_ipv6 = hop.route.target, start is walk.source, start.addresses.spans[0][0] >= IPV6_ORIGIN
    if target is Target.OPAQUE:
        return walk.hope and end.party.kind not in {Kind.INTERNET, Kind.AWS_SERVICE}
    if target is Target.INTERNET_GATEWAY:
        return end.subnet is None and (start.party.public or is_ipv6)
    if target is Target.EGRESS_ONLY_GATEWAY:
        return end.subnet is None and forwards and is_ipv6
    if target is Target.NAT_GATEWAY:
        return end.subnet is None and forwards
    return target is Target.LOCAL or (target is Target.GATEWAY_ENDPOINT and forwards)


def _through_nat(walk: Walk, name: str) -> None:
    """The second leg of a connection through a NAT gateway: in and out of its subnet, and the same for the replies."""
    gateway = walk.network.nat_gateways.get(name)
    if gateway is None:
        if not walk.hope:
            walk.stop("NAT gateway", f"{name} is not in the configuration")
        return
    subnet = walk.network.subnets[gateway.subnet]
    nat = Location(
        party=Party(name=name, subnets=(subnet.name,), public=gateway.public, filtered=False),
        subnet=subnet,
        addresses=(subnet.addresses or subnet.unsure) & EVERY_IPV4,
        exact=bool(subnet.addresses),
    )
    beside = walk.source.subnet == subnet
    if not beside:
        walk.pass_acls(nat, INGRESS, other=walk.source)
    walk.pass_acls(nat, EGRESS, other=walk.destination)
    _out_of_nat(walk, nat)
    walk.return_past_acls(nat, INGRESS, other=walk.destination, to=nat.reply_ports(walk.service))
    if not beside:
        walk.return_past_acls(nat, EGRESS, other=walk.source, to=walk.replies)


def _out_of_nat(walk: Walk, nat: Location) -> None:
    if not walk.is_open:
        return
    out = hops(walk.network, nat, walk.destination, hope=walk.hope)
    if not any(hop.route and hop.route.target is Target.INTERNET_GATEWAY and nat.party.public for hop in out):
        walk.stop("route", f"{_reasons(out)} from {nat.name} to {walk.destination.name}")
