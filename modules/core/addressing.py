"""The division of a VPC's address block into tiers and zones."""

from __future__ import annotations

import ipaddress

from cdktf import Fn

from modules.core.flows import Tier
from modules.core.references import known_after_apply

# (bits added to the VPC's prefix, index): a quarter for Fargate tasks, a sixteenth each for load balancer and data.
TIER_BLOCKS: dict[Tier, tuple[int, int]] = {"application": (2, 0), "public": (4, 4), "data": (4, 5)}
ZONE_BITS = 2


def tier_cidr(vpc_cidr: str, tier: Tier) -> str:
    """Return the block that contains all subnets of ``tier``, so that a network ACL needs one entry for the tier."""
    bits, index = TIER_BLOCKS[tier]
    return _subnet(vpc_cidr, bits, index)


def subnet_cidr(vpc_cidr: str, tier: Tier, zone_index: int) -> str:
    """Return the block of ``tier`` in the zone with index ``zone_index`` (0 to 3)."""
    return _subnet(tier_cidr(vpc_cidr, tier), ZONE_BITS, zone_index)


def _subnet(cidr: str, bits: int, index: int) -> str:
    if known_after_apply(cidr):
        return str(Fn.cidrsubnet(cidr, bits, index))
    network = ipaddress.ip_network(cidr)
    return str(list(network.subnets(prefixlen_diff=bits))[index])
