"""Generated network ACL entries, and their evaluation packet by packet."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

from hypothesis import strategies as st
from terraform_gate.network.addresses import addresses
from terraform_gate.network.filters import AclEntry, Block, Direction
from terraform_gate.network.services import services

BLOCKS = ["10.0.0.0/29", "10.0.0.0/30", "10.0.0.4/30", "10.0.0.2/31", "10.0.0.7/32", "10.0.0.0/31"]


SPACE = list(IPv4Network("10.0.0.0/29"))


PORTS = range(12)


Drawn = tuple[bool, str, tuple[int, int]]


DRAWN = st.tuples(
    st.booleans(),
    st.sampled_from(BLOCKS),
    st.tuples(st.integers(0, 11), st.integers(0, 11)).map(lambda pair: (min(pair), max(pair))),
)


def line(number: int, drawn: Drawn) -> AclEntry:
    allow, block, ports = drawn
    return AclEntry(
        name=f"{number}",
        number=number,
        direction=Direction.INGRESS,
        allow=allow,
        peer=Block(addresses(block), block),
        services=services("tcp", *ports),
    )


def first_match(entries: Sequence[Drawn], address: IPv4Address, port: int) -> int | None:
    for number, (_, block, ports) in enumerate(entries):
        if address in IPv4Network(block) and ports[0] <= port <= ports[1]:
            return number
    return None
