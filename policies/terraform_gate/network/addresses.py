"""IPv4 and IPv6 addresses on one axis of integers, so that one set arithmetic serves both families.

IPv4 addresses keep their value; IPv6 addresses are shifted by ``IPV6_ORIGIN``. Source of the special ranges: the IANA
special-purpose address registries (RFC 6890). Documentation networks (192.0.2.0/24, 2001:db8::/32, ...) count as
public, because examples use them as such.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network, summarize_address_range

from terraform_gate.network.ranges import Ranges, Span

IPV6_ORIGIN = 1 << 128
_SPECIAL_PURPOSE_IPV4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 "
    "172.16.0.0/12 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3"
)


@lru_cache(maxsize=65536)
def addresses(cidr: str) -> Ranges:
    """Return the addresses of a CIDR block such as ``10.0.0.0/16`` or ``2001:db8::/32``.

    Host bits are dropped, as AWS does where it accepts them; ``host_bits`` reports them.

    Raises:
        ValueError: ``cidr`` is not a CIDR block.
    """
    network = ip_network(cidr.strip(), strict=False)
    origin = IPV6_ORIGIN if network.version == 6 else 0
    first = origin + int(network.network_address)
    return Ranges(((first, first + network.num_addresses),))


def host_bits(cidr: str) -> str | None:
    """Return the canonical form of a CIDR block that has host bits set, else None.

    Raises:
        ValueError: ``cidr`` is not a CIDR block.
    """
    network = ip_network(cidr.strip(), strict=False)
    given = cidr.strip().partition("/")[0]
    return None if ip_network(given).network_address == network.network_address else str(network)


EVERY_IPV4 = addresses("0.0.0.0/0")
EVERY_IPV6 = addresses("::/0")
EVERYWHERE = EVERY_IPV4 | EVERY_IPV6
INTERNET_IPV4 = EVERY_IPV4 - Ranges.union(map(addresses, _SPECIAL_PURPOSE_IPV4.split()))
INTERNET_IPV6 = addresses("2000::/3")
INTERNET = INTERNET_IPV4 | INTERNET_IPV6
FAMILIES = (EVERY_IPV4, EVERY_IPV6)

LARGEST_OWNER_IPV4 = 1 << 24
"""Addresses in a /8, the largest block of one organization: a larger set includes other organizations."""
LARGEST_OWNER_IPV6 = 1 << 109
"""Addresses in a /19, the largest allocation to one provider in the registries' statistics."""


def is_internet_wide(ranges: Ranges) -> bool:
    """Whether the set contains more internet addresses than one organization owns: 0.0.0.0/1 is as bad as 0.0.0.0/0."""
    public_ipv4, public_ipv6 = ranges & INTERNET_IPV4, ranges & INTERNET_IPV6
    return public_ipv4.size > LARGEST_OWNER_IPV4 or public_ipv6.size > LARGEST_OWNER_IPV6


def blocks(ranges: Ranges, *, limit: int = 4) -> str:
    """Format the set as CIDR blocks for messages.

    Args:
        ranges: a set of addresses.
        limit: the number of blocks after which the text ends with "...".
    """
    texts: list[str] = []
    for span in ranges.spans:
        texts.extend(str(network) for network in _networks(span))
        if len(texts) > limit:
            return ", ".join(texts[:limit]) + ", ..."
    return ", ".join(texts) or "no address"


def _networks(span: Span) -> list[IPv4Network] | list[IPv6Network]:
    start, last = span[0], span[1] - 1
    if start < IPV6_ORIGIN:
        return list(summarize_address_range(IPv4Address(start), IPv4Address(last)))
    return list(summarize_address_range(IPv6Address(start - IPV6_ORIGIN), IPv6Address(last - IPV6_ORIGIN)))
