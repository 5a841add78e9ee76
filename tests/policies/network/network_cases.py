"""Small networks, drawn by hypothesis, for the comparison of the network model with the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st
from terraform_gate.network.addresses import addresses
from terraform_gate.network.filters import AclEntry, Block, Direction, Members, NetworkAcl, SecurityGroup, SecurityRule
from terraform_gate.network.model import Endpoint, Kind, NatGateway, Network, Route, RouteTable, Subnet, Target
from terraform_gate.network.services import services

T = TypeVar("T")
BLOCKS = [
    "10.0.0.0/27",
    "10.0.0.0/29",
    "10.0.0.8/29",
    "10.0.0.16/29",
    "10.0.0.0/30",
    "10.0.0.9/32",
    "0.0.0.0/0",
    "198.51.100.0/31",
]
SUBNETS = {"a": "10.0.0.0/29", "b": "10.0.0.8/29", "c": "10.0.0.16/29"}
OUTSIDE = "198.51.100.0/30"
PORTS = [(443, 443), (0, 65535), (0, 1023), (1024, 65535), (32768, 60999), (40000, 50000), (50000, 65535), (400, 40000)]
PROBES = sorted({edge for low, high in PORTS for edge in (low - 1, low, high, high + 1) if 0 <= edge < 65536})
PORT = 443


@dataclass(frozen=True)
class Line:
    number: int
    egress: bool
    allow: bool
    block: str
    ports: tuple[int, int]


@dataclass(frozen=True)
class Permission:
    egress: bool
    peer: str
    ports: tuple[int, int]


@dataclass(frozen=True)
class Case:
    source_subnets: tuple[str, ...]
    destination_subnets: tuple[str, ...]
    kind: Kind
    public: bool
    gateway: str
    acls: dict[str, tuple[Line, ...]]
    source_rules: tuple[Permission, ...]
    destination_rules: tuple[Permission, ...]


LINES = st.builds(
    Line,
    number=st.integers(1, 30),
    egress=st.booleans(),
    allow=st.sampled_from([True, True, True, False]),
    block=st.sampled_from(BLOCKS),
    ports=st.sampled_from(PORTS),
)
PERMISSIONS = st.builds(
    Permission,
    egress=st.booleans(),
    peer=st.sampled_from([*BLOCKS, "group:source", "group:destination"]),
    ports=st.sampled_from(PORTS),
)
OPEN_LINES = tuple(Line(99, egress, True, "0.0.0.0/0", (0, 65535)) for egress in (True, False))
OPEN_PERMISSIONS = tuple(Permission(egress, "0.0.0.0/0", (0, 65535)) for egress in (True, False))


def mostly(likely: st.SearchStrategy[T], rarely: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Draw from ``likely`` three times out of four, so that most cases are partly open."""
    return st.sampled_from([likely, likely, likely, rarely]).flatmap(lambda chosen: chosen)


ACL = st.lists(LINES, max_size=4, unique_by=lambda line: (line.number, line.egress)).map(tuple)
RULES = st.lists(PERMISSIONS, max_size=3).map(tuple)
SUBNET_CHOICES = st.sampled_from([("a",), ("b",), ("a", "b"), ("c",), ("a", "c")])
CASES = st.builds(
    Case,
    source_subnets=mostly(SUBNET_CHOICES, st.just(())),
    destination_subnets=SUBNET_CHOICES,
    kind=st.sampled_from([Kind.LINUX_TASK, Kind.LOAD_BALANCER]),
    public=mostly(st.just(value=True), st.just(value=False)),
    gateway=mostly(st.just("internet"), st.sampled_from(["none", "nat"])),
    acls=st.fixed_dictionaries({name: mostly(ACL.map(lambda entries: entries + OPEN_LINES), ACL) for name in SUBNETS}),
    source_rules=mostly(RULES.map(lambda rules: rules + OPEN_PERMISSIONS), RULES),
    destination_rules=mostly(RULES.map(lambda rules: rules + OPEN_PERMISSIONS), RULES),
)


def network_of(case: Case) -> Network:
    """The case as a `Network`. A source without subnets is outside; the NAT gateway is in subnet c."""
    target = {"internet": Target.INTERNET_GATEWAY, "nat": Target.NAT_GATEWAY}.get(case.gateway)
    everywhere = Block(addresses("0.0.0.0/0"), "0.0.0.0/0")
    routes = (Route(name="default", peer=everywhere, target=target, through="nat"),) if target else ()
    to_internet = Route(name="out", peer=everywhere, target=Target.INTERNET_GATEWAY)
    return Network(
        subnets={
            name: Subnet(
                name=name, vpc="vpc", addresses=addresses(cidr), route_table=table_of(case, name), acls=(name,)
            )
            for name, cidr in SUBNETS.items()
        },
        route_tables={
            "own": RouteTable(name="own", routes=routes),
            "public": RouteTable(name="public", routes=(to_internet,)),
        },
        acls={name: NetworkAcl(name=name, entries=tuple(_acl_rules(entries))) for name, entries in case.acls.items()},
        groups={
            "source": _group("source", case.source_rules),
            "destination": _group("destination", case.destination_rules),
        },
        nat_gateways={"nat": NatGateway(name="nat", subnet="c")},
    )


def table_of(case: Case, subnet: str) -> str:
    """Return the name of the route table of a subnet."""
    return "public" if subnet == "c" and case.gateway == "nat" else "own"


def _acl_rules(entries: Iterable[Line]) -> Iterator[AclEntry]:
    for line in entries:
        yield AclEntry(
            name=f"{line}",
            number=line.number,
            direction=Direction.EGRESS if line.egress else Direction.INGRESS,
            allow=line.allow,
            peer=Block(addresses(line.block), line.block),
            services=services("tcp", *line.ports),
        )


def _group(name: str, permissions: Iterable[Permission]) -> SecurityGroup:
    return SecurityGroup(
        name=name,
        rules=tuple(
            SecurityRule(
                name=f"{permission}",
                direction=Direction.EGRESS if permission.egress else Direction.INGRESS,
                peer=Members(permission.peer.removeprefix("group:"))
                if permission.peer.startswith("group:")
                else Block(addresses(permission.peer), permission.peer),
                services=services("tcp", *permission.ports),
            )
            for permission in permissions
        ),
    )


def endpoints(case: Case) -> tuple[Endpoint, Endpoint]:
    """Return the source and the destination of the case."""
    inside = Endpoint(name="source", kind=case.kind, subnets=case.source_subnets, groups=("source",))
    outside = Endpoint(name="outside", kind=Kind.ADDRESSES, addresses=addresses(OUTSIDE))
    destination = Endpoint(
        name="destination", subnets=case.destination_subnets, groups=("destination",), public=case.public
    )
    return (inside if case.source_subnets else outside), destination
