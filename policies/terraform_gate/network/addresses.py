"""IPv4 and IPv6 addresses on one axis of integers, so that one set arithmetic serves both families.

IPv4 addresses are themselves; IPv6 addresses follow from ``IPV6_ORIGIN`` on. Sources of the special ranges: the IANA
special-purpose address registries (RFC 6890). Documentation networks (192.0.2.0/24, 2001:db8::/32, ...) count as
public: examples use them as such.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network, summarize_address_range

from terraform_gate.network.ranges import Ranges, Span

IPV6_ORIGIN = 1 << 128
_NOT_ON_THE_INTERNET = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 "
    "172.16.0.0/12 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3"
)


@lru_cache(maxsize=65536)
def addresses(cidr: str) -> Ranges:
    """The addresses of a CIDR block such as ``10.0.0.0/16`` or ``2001:db8::/32``.

    Host bits are dropped, as AWS does where it does not refuse them; ``host_bits`` tells. Raises ValueError for
    anything else.
    """
    network = ip_network(cidr.strip(), strict=False)
    origin = IPV6_ORIGIN if network.version == 6 else 0
    first = origin + int(network.network_address)
    return Ranges(((first, first + network.num_addresses),))


def host_bits(cidr: str) -> str | None:
    """The block as AWS writes it when ``cidr`` has bits set behind its prefix, else None.

    Raises ValueError when it is no CIDR.
    """
    network = ip_network(cidr.strip(), strict=False)
    given = cidr.strip().partition("/")[0]
    return None if ip_network(given).network_address == network.network_address else str(network)


EVERY_IPV4 = addresses("0.0.0.0/0")
EVERY_IPV6 = addresses("::/0")
EVERYWHERE = EVERY_IPV4 | EVERY_IPV6
INTERNET_IPV4 = EVERY_IPV4 - Ranges.union(map(addresses, _NOT_ON_THE_INTERNET.split()))
INTERNET_IPV6 = addresses("2000::/3")
INTERNET = INTERNET_IPV4 | INTERNET_IPV6
FAMILIES = (EVERY_IPV4, EVERY_IPV6)

LARGEST_OWNER_IPV4 = 1 << 24
"""Addresses in a /8, the largest block one organization was ever given: a rule that admits more admits strangers."""
LARGEST_OWNER_IPV6 = 1 << 109
"""Addresses in a /19, the largest allocation to one provider in the registries' statistics."""


def is_world(ranges: Ranges) -> bool:
    """Whether so many internet addresses are in the set that no one owner has them: 0.0.0.0/1 is as bad as /0."""
    public_ipv4, public_ipv6 = ranges & INTERNET_IPV4, ranges & INTERNET_IPV6
    return public_ipv4.size > LARGEST_OWNER_IPV4 or public_ipv6.size > LARGEST_OWNER_IPV6


def blocks(ranges: Ranges, *, most: int = 4) -> str:
    """The set as CIDR blocks for people, at most ``most`` of them."""
    texts: list[str] = []
    for span in ranges.spans:
        texts.extend(str(network) for network in _networks(span))
        if len(texts) > most:
            return ", ".join(texts[:most]) + ", ..."
    return ", ".join(texts) or "nobody"


def _networks(span: Span) -> list[IPv4Network] | list[IPv6Network]:
    start, last = span[0], span[1] - 1
    if start < IPV6_ORIGIN:
        return list(summarize_address_range(IPv4Address(start), IPv4Address(last)))
    return list(summarize_address_range(IPv6Address(start - IPV6_ORIGIN), IPv6Address(last - IPV6_ORIGIN)))
