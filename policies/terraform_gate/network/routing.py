"""Routes a packet: the longest prefix decides, addresses of the VPC are always local."""

from __future__ import annotations

from dataclasses import dataclass

from terraform_gate.network.filters import Block, ServicePrefixes
from terraform_gate.network.location import Location
from terraform_gate.network.model import Network, Route, RouteTable, Target
from terraform_gate.network.ranges import Ranges

_LOCAL = Route(name="the local route", peer=Block(Ranges(), "the VPC"), target=Target.LOCAL)


@dataclass(frozen=True)
class Hop:
    """Addresses that use one route; ``route`` is None if no route matches."""

    addresses: Ranges
    route: Route | None


def hops(network: Network, source: Location, destination: Location, *, assume_open: bool) -> list[Hop]:
    """Return the routes from the subnet of ``source`` to ``destination``, each with the addresses that use it.

    Raises:
        ValueError: ``source`` is outside the network.
    """
    if source.subnet is None:
        raise ValueError(f"{source.name} is outside of the VPCs: its routes are not in the configuration")
    if destination.subnet is not None and destination.subnet.vpc == source.subnet.vpc:
        return [Hop(destination.addresses, _LOCAL)]
    table = network.route_tables.get(source.subnet.route_table, RouteTable(name="no route table"))
    remaining, found = destination.addresses, []
    for route in sorted(table.routes, key=_length):
        hit = remaining & destination.matched_by(route.peer, assume_match=assume_open)
        if hit:
            found.append(Hop(hit, route))
            remaining -= hit
    return [*found, Hop(remaining, None)] if remaining else found


def _length(route: Route) -> int:
    """Sort key: the smallest block first, prefix lists of gateway endpoints before default routes."""
    if isinstance(route.peer, Block):
        return route.peer.ranges.size
    return 0 if isinstance(route.peer, ServicePrefixes) else 1
