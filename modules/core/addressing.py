"""How a VPC's addresses are shared out among tiers and zones."""

from __future__ import annotations

import ipaddress

from cdktf import Fn

from modules.core.flows import Tier
from modules.core.references import known_after_apply

# (bits added to the VPC's prefix, index): a quarter for Fargate tasks, a sixteenth each for load balancer and data.
SHARES: dict[Tier, tuple[int, int]] = {"application": (2, 0), "public": (4, 4), "data": (4, 5)}
ZONE_BITS = 2


def tier_cidr(vpc_cidr: str, tier: Tier) -> str:
    """The one block that holds all subnets of a tier, so that a NACL needs one rule for it."""
    bits, index = SHARES[tier]
    return _subnet(vpc_cidr, bits, index)


def subnet_cidr(vpc_cidr: str, tier: Tier, zone_index: int) -> str:
    """The block of one tier in one zone (at most four zones)."""
    return _subnet(tier_cidr(vpc_cidr, tier), ZONE_BITS, zone_index)


def _subnet(cidr: str, bits: int, index: int) -> str:
    if known_after_apply(cidr):
        return str(Fn.cidrsubnet(cidr, bits, index))
    network = ipaddress.ip_network(cidr)
    return str(list(network.subnets(prefixlen_diff=bits))[index])
