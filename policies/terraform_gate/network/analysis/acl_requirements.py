"""Computes the traffic that the network ACL of a subnet must allow, according to the security groups in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from terraform_gate.network.addresses import EVERYWHERE, INTERNET
from terraform_gate.network.analysis.exposure import block_of, rules_of
from terraform_gate.network.filters import Direction, Members, NetworkAcl, Peer, SecurityRule, ServicePrefixes
from terraform_gate.network.model import Endpoint, NatGateway, Network, Target
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.services import EVERY_SERVICE, PORTED_ANYWHERE, TCP, UDP, ephemeral, services


@dataclass(frozen=True)
class Requirement:
    """Services with some addresses in one direction. ``is_uncertain``: derived from unknown values."""

    direction: Direction
    peers: Ranges
    services: Ranges
    is_uncertain: bool = False


def requirements_of(network: Network, acl: NetworkAcl) -> tuple[Requirement, ...]:
    """Return the requirements of all endpoints in the subnets of ``acl``; empty if no endpoint is known."""
    subnets = {name for name, subnet in network.subnets.items() if acl.name in subnet.acls}
    found: list[Requirement] = []
    for endpoint in network.endpoints.values():
        if subnets & set(endpoint.subnets):
            found.extend(_of_endpoint(network, endpoint))
    for gateway in network.nat_gateways.values():
        if gateway.subnet in subnets:
            found.extend(_of_nat(network, gateway))
    return tuple(found)


def _of_endpoint(network: Network, endpoint: Endpoint) -> Iterator[Requirement]:
    if not endpoint.filtered or endpoint.unknown or any(name not in network.groups for name in endpoint.groups):
        yield from (
            Requirement(direction, EVERYWHERE, EVERY_SERVICE, is_uncertain=bool(endpoint.unknown))
            for direction in Direction
        )
        return
    for name in endpoint.groups:
        for direction in Direction:
            for rule in rules_of(network.groups[name], direction):
                yield from _with_replies(direction, _addresses(network, rule.peer), rule)
                if isinstance(rule.peer, Members) and rule.peer.group not in network.groups:
                    # Members of a group outside of the configuration may be in the same subnets.
                    yield from _with_replies(direction.opposite, network.subnet_addresses([endpoint]), rule)


def _with_replies(direction: Direction, peers: Ranges, rule: SecurityRule) -> Iterator[Requirement]:
    wanted = rule.services if isinstance(rule.services, Ranges) else EVERY_SERVICE
    is_uncertain = not isinstance(rule.services, Ranges) or peers == EVERYWHERE
    yield Requirement(direction, peers, wanted, is_uncertain=is_uncertain)
    yield Requirement(direction.opposite, peers, _replies(wanted), is_uncertain=is_uncertain)


def _replies(wanted: Ranges) -> Ranges:
    """The ephemeral ports for TCP and UDP, the same service for protocols without ports."""
    ported = (number for number in (TCP, UDP) if wanted & services(number))
    return Ranges.union(ephemeral(number, 1024, 65535) for number in ported) | (wanted - PORTED_ANYWHERE)


def _of_nat(network: Network, gateway: NatGateway) -> Iterator[Requirement]:
    """The traffic through a NAT gateway: requests of endpoints whose subnets route to it, on both of its sides."""
    for endpoint in network.endpoints.values():
        behind = [name for name in endpoint.subnets if _routes_to(network, name, gateway.name)]
        clients = Ranges.union(
            network.subnets[name].addresses | network.subnets[name].possible_addresses for name in behind
        )
        for name in endpoint.groups if clients else ():
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
    """The possible addresses of a peer: the members' subnets, a CIDR block, the internet for an AWS service."""
    if isinstance(peer, Members):
        members = network.members_of(peer.group)
        are_known = bool(members) and all(endpoint.has_known_location for endpoint in members)
        return network.subnet_addresses(members) or (NOTHING if are_known else EVERYWHERE)
    if isinstance(peer, ServicePrefixes):
        return INTERNET
    return block_of(peer) or EVERYWHERE
