"""What the members of subnets need of the network ACL in front of them, read off their security groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from terraform_gate.network.addresses import EVERYWHERE, INTERNET
from terraform_gate.network.analysis.exposure import block_of, rules_of
from terraform_gate.network.filters import Direction, Members, NetworkAcl, Peer, SecurityRule, ServicePrefixes
from terraform_gate.network.model import NatGateway, Network, Party, Target
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.services import EVERY_SERVICE, PORTED_ANYWHERE, TCP, UDP, ephemeral, services

_OPPOSITE = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


@dataclass(frozen=True)
class Needs:
    """Services with some addresses in one direction. ``unsure``: read off something that is not known."""

    direction: Direction
    peers: Ranges
    services: Ranges
    unsure: bool = False


def needs_of(network: Network, acl: NetworkAcl) -> tuple[Needs, ...]:
    """All needs of whoever stands in the subnets of ``acl``; empty when nobody is known to."""
    subnets = {name for name, place in network.subnets.items() if acl.name in place.acls}
    found: list[Needs] = []
    for party in network.parties.values():
        if subnets & set(party.subnets):
            found.extend(_of_party(network, party))
    for gateway in network.nat_gateways.values():
        if gateway.subnet in subnets:
            found.extend(_of_nat(network, gateway))
    return tuple(found)


def _of_party(network: Network, party: Party) -> Iterator[Needs]:
    if not party.filtered or party.unknown or any(name not in network.groups for name in party.groups):
        yield from (Needs(way, EVERYWHERE, EVERY_SERVICE, unsure=bool(party.unknown)) for way in Direction)
        return
    for name in party.groups:
        for direction in Direction:
            for rule in rules_of(network.groups[name], direction):
                yield from _with_replies(direction, _addresses(network, rule.peer), rule)


def _with_replies(direction: Direction, peers: Ranges, rule: SecurityRule) -> Iterator[Needs]:
    wanted = rule.services if isinstance(rule.services, Ranges) else EVERY_SERVICE
    unsure = not isinstance(rule.services, Ranges) or peers == EVERYWHERE
    yield Needs(direction, peers, wanted, unsure=unsure)
    yield Needs(_OPPOSITE[direction], peers, _replies(wanted), unsure=unsure)


def _replies(wanted: Ranges) -> Ranges:
    """Client ports for TCP and UDP, the same service for protocols without ports."""
    ported = (number for number in (TCP, UDP) if wanted & services(number))
    return Ranges.union(ephemeral(number, 1024, 65535) for number in ported) | (wanted - PORTED_ANYWHERE)


def _of_nat(network: Network, gateway: NatGateway) -> Iterator[Needs]:
    """What passes the gateway: requests of the parties whose subnets route to it, on both of its sides."""
    for party in network.parties.values():
        behind = [name for name in party.subnets if _routes_to(network, name, gateway.name)]
        clients = Ranges.union(network.subnets[name].addresses | network.subnets[name].unsure for name in behind)
        for name in party.groups if clients else ():
            for rule in rules_of(network.groups[name], Direction.EGRESS) if name in network.groups else ():
                peers = _addresses(network, rule.peer) & INTERNET
                if peers:
                    yield from _with_replies(Direction.EGRESS, peers, rule)
                    yield from _with_replies(Direction.INGRESS, clients, rule)


def _routes_to(network: Network, subnet: str, gateway: str) -> bool:
    table = network.route_tables.get(network.subnets[subnet].route_table)
    routes = table.routes if table else ()
    return any(route.target is Target.NAT_GATEWAY and route.through == gateway for route in routes)


def _addresses(network: Network, peer: Peer) -> Ranges:
    """Where a peer can be: the subnets of a group's members, a block, the public addresses of a service."""
    if isinstance(peer, Members):
        parties = [party for party in network.parties.values() if peer.group in party.groups]
        places = [network.subnets[name] for party in parties for name in party.subnets]
        known = Ranges.union(place.addresses | place.unsure for place in places)
        return known or (EVERYWHERE if not parties or not all(party.is_placed for party in parties) else NOTHING)
    if isinstance(peer, ServicePrefixes):
        return INTERNET
    return block_of(peer) or EVERYWHERE
