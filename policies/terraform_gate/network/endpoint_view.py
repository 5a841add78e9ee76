"""One party in one place and one address family: what a rule is held against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from terraform_gate.network.addresses import FAMILIES, INTERNET_IPV4
from terraform_gate.network.filters import Block, Members, Peer, ServicePrefixes, Services
from terraform_gate.network.model import Kind, Network, Party, Subnet
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.services import ephemeral, protocol_of

_CLIENT_PORTS = {Kind.LINUX_TASK: (32768, 60999)}
"""The Linux kernel's default `net.ipv4.ip_local_port_range`."""
_ANY_CLIENT_PORT = (1024, 65535)
"""Load balancers, NAT gateways and unknown systems, after AWS's page on ephemeral ports in custom network ACLs."""


@dataclass(frozen=True)
class Location:
    """``party`` as seen in ``subnet`` (None: outside) with ``addresses`` of one family.

    ``exact`` is False where the party's addresses are only known to lie within ``addresses``: a rule then matches all
    of them or none.
    """

    party: Party
    subnet: Subnet | None
    addresses: Ranges
    exact: bool = True

    @property
    def name(self) -> str:
        """The party, and where it stands."""
        return f"{self.party.name} in {self.subnet.name}" if self.subnet else self.party.name

    def reply_ports(self, service: int) -> Ranges:
        """Where replies reach this party when it is the client of ``service``."""
        return ephemeral(protocol_of(service), *_CLIENT_PORTS.get(self.party.kind, _ANY_CLIENT_PORT))

    def matched_by(self, peer: Peer, *, generous: bool) -> Ranges:
        """The addresses that a rule about ``peer`` means; ``generous``: what is not known is taken to match."""
        everything, nothing = self.addresses, Ranges()
        if isinstance(peer, Block):
            return self._within(peer.ranges, generous=generous)
        if isinstance(peer, Members):
            member = peer.group in self.party.groups or (generous and bool(self.party.unknown))
            return everything if member else nothing
        if isinstance(peer, ServicePrefixes):
            return everything if peer.name == self.party.prefixes else nothing
        return everything if generous else nothing

    def _within(self, block: Ranges, *, generous: bool) -> Ranges:
        common = self.addresses & block
        if self.exact or not common or common == self.addresses:
            return common
        return self.addresses if generous else Ranges()


def matches(services: Services, wanted: Ranges, *, generous: bool) -> Ranges:
    """The part of ``wanted`` that a rule about ``services`` means."""
    if isinstance(services, Ranges):
        return services & wanted
    return wanted if generous else Ranges()


def locations(network: Network, party: Party) -> Iterator[Location]:
    """Every place and family in which ``party`` can be met."""
    if party.is_outside:
        yield from _outside(network, party)
    for name in party.subnets:
        subnet = network.subnets[name]
        for addresses in _by_family(subnet.addresses):
            yield Location(party=party, subnet=subnet, addresses=addresses)
        for addresses in _by_family(subnet.unsure):
            yield Location(party=party, subnet=subnet, addresses=addresses, exact=False)


def _outside(network: Network, party: Party) -> Iterator[Location]:
    if party.prefixes:
        yield Location(party=party, subnet=None, addresses=INTERNET_IPV4, exact=False)
        return
    remaining = (party.addresses or NOTHING) - Ranges.union(network.vpcs.values())
    for addresses in _by_family(remaining):
        yield Location(party=party, subnet=None, addresses=addresses)
    if party.kind is Kind.ADDRESSES:
        for subnet in network.subnets.values():
            for addresses in _by_family((party.addresses or NOTHING) & subnet.addresses):
                yield Location(party=party, subnet=subnet, addresses=addresses)


def _by_family(addresses: Ranges) -> Iterator[Ranges]:
    for family in FAMILIES:
        if part := addresses & family:
            yield part
