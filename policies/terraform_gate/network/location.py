"""One endpoint in one subnet and one address family: the unit that rules are evaluated against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from terraform_gate.network.addresses import FAMILIES, INTERNET_IPV4
from terraform_gate.network.filters import Block, Members, Peer, ServicePrefixes, Services
from terraform_gate.network.model import Endpoint, Kind, Network, Subnet
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.services import ephemeral, protocol_of

_CLIENT_PORTS = {Kind.LINUX_TASK: (32768, 60999)}
"""The Linux kernel's default `net.ipv4.ip_local_port_range`."""
_ANY_CLIENT_PORT = (1024, 65535)
"""Load balancers, NAT gateways and unknown systems, after AWS's page on ephemeral ports in custom network ACLs."""


@dataclass(frozen=True)
class Location:
    """An endpoint in one subnet and one address family.

    Attributes:
        endpoint: the endpoint.
        subnet: its subnet; None for an endpoint outside of the VPCs.
        addresses: its addresses, of one address family.
        exact: False if the endpoint's addresses are only known to be a part of ``addresses``: a rule then matches all
            of them or none.
    """

    endpoint: Endpoint
    subnet: Subnet | None
    addresses: Ranges
    exact: bool = True

    @property
    def name(self) -> str:
        """The endpoint and its subnet, for messages."""
        return f"{self.endpoint.name} in {self.subnet.name}" if self.subnet else self.endpoint.name

    def reply_ports(self, service: int) -> Ranges:
        """The ephemeral ports on which this endpoint receives replies as the client of ``service``."""
        return ephemeral(protocol_of(service), *_CLIENT_PORTS.get(self.endpoint.kind, _ANY_CLIENT_PORT))

    def matched_by(self, peer: Peer, *, assume_match: bool) -> Ranges:
        """Return the addresses that a rule's peer covers.

        Args:
            peer: the peer of a security-group rule, network ACL entry or route.
            assume_match: whether an unknown peer is taken to match.
        """
        everything, nothing = self.addresses, Ranges()
        if isinstance(peer, Block):
            return self._within(peer.ranges, assume_match=assume_match)
        if isinstance(peer, Members):
            member = peer.group in self.endpoint.groups or (assume_match and bool(self.endpoint.unknown))
            return everything if member else nothing
        if isinstance(peer, ServicePrefixes):
            return everything if peer.name == self.endpoint.prefixes else nothing
        return everything if assume_match else nothing

    def _within(self, block: Ranges, *, assume_match: bool) -> Ranges:
        common = self.addresses & block
        if self.exact or not common or common == self.addresses:
            return common
        return self.addresses if assume_match else Ranges()


def matches(services: Services, wanted: Ranges, *, assume_match: bool) -> Ranges:
    """Return the part of ``wanted`` that a rule's services cover.

    Args:
        services: the protocols and ports of a rule.
        wanted: the services of a packet.
        assume_match: whether unknown services are taken to match.
    """
    if isinstance(services, Ranges):
        return services & wanted
    return wanted if assume_match else Ranges()


def locations(network: Network, endpoint: Endpoint) -> Iterator[Location]:
    """Yield the locations of an endpoint: one for each subnet and address family."""
    if endpoint.is_outside:
        yield from _outside(network, endpoint)
    for name in endpoint.subnets:
        subnet = network.subnets[name]
        for addresses in _by_family(subnet.addresses):
            yield Location(endpoint=endpoint, subnet=subnet, addresses=addresses)
        for addresses in _by_family(subnet.possible_addresses):
            yield Location(endpoint=endpoint, subnet=subnet, addresses=addresses, exact=False)


def _outside(network: Network, endpoint: Endpoint) -> Iterator[Location]:
    if endpoint.prefixes:
        yield Location(endpoint=endpoint, subnet=None, addresses=INTERNET_IPV4, exact=False)
        return
    remaining = (endpoint.addresses or NOTHING) - Ranges.union(network.vpcs.values())
    for addresses in _by_family(remaining):
        yield Location(endpoint=endpoint, subnet=None, addresses=addresses)
    if endpoint.kind is Kind.ADDRESSES:
        for subnet in network.subnets.values():
            for addresses in _by_family((endpoint.addresses or NOTHING) & subnet.addresses):
                yield Location(endpoint=endpoint, subnet=subnet, addresses=addresses)


def _by_family(addresses: Ranges) -> Iterator[Ranges]:
    for family in FAMILIES:
        if part := addresses & family:
            yield part
