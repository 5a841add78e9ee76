"""Chooses addresses: blocks that no Docker network uses, and free addresses of subnets."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from local.containers.engine import EngineError, docker

# Private blocks for VPCs, and the documentation networks of RFC 5737 for the internet.
VPC_BLOCKS = tuple(f"10.{number}.0.0/16" for number in range(20, 120))
INTERNET_BLOCKS = tuple(
    str(block)
    for network in ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24")
    for block in IPv4Network(network).subnets(new_prefix=28)
)
# AWS reserves the first four addresses of a subnet and the last one:
# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
RESERVED = 4


def free_block(candidates: Iterable[str]) -> str:
    """The first block that overlaps with no Docker network.

    Raises:
        EngineError: every block is taken.
    """
    used = list(_used_blocks())
    for block in candidates:
        if not any(IPv4Network(block).overlaps(other) for other in used):
            return block
    raise EngineError("every block of addresses is used by a Docker network. Fix: docker network prune")


def _used_blocks() -> Iterator[IPv4Network]:
    names = docker("network", "ls", "--quiet").stdout.split()
    for network in json.loads(docker("network", "inspect", *names).stdout):
        for item in network["IPAM"]["Config"] or ():
            if "." in item.get("Subnet", ""):
                yield IPv4Network(item["Subnet"])


class AddressPool:
    """Gives each caller a new address.

    Args:
        vpc: block of the VPC.
        subnets: blocks of its subnets.
    """

    def __init__(self, vpc: str, subnets: Iterable[str]) -> None:
        self._vpc, self._subnets = IPv4Network(vpc), [IPv4Network(subnet) for subnet in subnets]
        self._next = {str(subnet): itertools.count(RESERVED) for subnet in self._subnets}
        self._outside = itertools.count(2)

    def within(self, subnet: str) -> str:
        """A new address of a subnet.

        Raises:
            EngineError: the subnet has no address left.
        """
        block, number = IPv4Network(subnet), next(self._next.setdefault(subnet, itertools.count(RESERVED)))
        if number >= block.num_addresses - 1:
            raise EngineError(f"subnet {subnet} has no free address")
        return str(block[number])

    def outside(self) -> str:
        """A new address of the VPC that is in no subnet, for instance of a VPN client."""
        for number in self._outside:
            address: IPv4Address = self._vpc[-number]
            if not any(address in subnet for subnet in self._subnets):
                return str(address)
        raise EngineError(f"every address of {self._vpc} is in a subnet")
