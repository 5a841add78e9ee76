"""The division of a VPC's address block into tiers and zones."""

from __future__ import annotations

import ipaddress

from cdktf import Fn

from modules.core.flows import Tier
from modules.core.references import known_after_apply

# (bits added to the VPC's prefix, index): a quarter for Fargate tasks, a sixteenth each for load balancer and data.
TIER_BLOCKS: dict[Tier, tuple[int, int]] = {"application": (2, 0), "public": (4, 4), "data": (4, 5)}
ZONE_BITS = 2
ZONE_LETTERS = "abcdefgh"


def tier_cidr(vpc_cidr: str, tier: Tier) -> str:
    """Return the block that contains all subnets of ``tier``, so that a network ACL needs one entry for the tier."""
    bits, index = TIER_BLOCKS[tier]
    return _subnet(vpc_cidr, bits, index)


def zone_block(letter: str) -> int:
    """Return the index of the block of the zone that ends in ``letter``; it does not depend on the other zones.

    A tier has four blocks: the zones a and e have the same block, b and f, and so on.

    >>> zone_block("a"), zone_block("c"), zone_block("e")
    (0, 2, 0)
    """
    return ZONE_LETTERS.index(letter) % (1 << ZONE_BITS)


def subnet_cidr(vpc_cidr: str, tier: Tier, zone_letter: str) -> str:
    """Return the block of ``tier`` in the zone that ends in ``zone_letter``."""
    return _subnet(tier_cidr(vpc_cidr, tier), ZONE_BITS, zone_block(zone_letter))


def _subnet(cidr: str, bits: int, index: int) -> str:
    if known_after_apply(cidr):
        return str(Fn.cidrsubnet(cidr, bits, index))
    network = ipaddress.ip_network(cidr)
    return str(list(network.subnets(prefixlen_diff=bits))[index])
