"""A network as plain values: what there is, and nothing about where it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from terraform_gate.network.filters import Block, NetworkAcl, SecurityGroup, ServicePrefixes, Unknown
from terraform_gate.network.ranges import NOTHING, Ranges


class Target(StrEnum):
    """Where a route leads.

    ``OPAQUE``: peering, transit gateway, VPN, appliance: what is behind it is not in the configuration.
    """

    LOCAL = "local"
    INTERNET_GATEWAY = "internet gateway"
    EGRESS_ONLY_GATEWAY = "egress-only internet gateway"
    NAT_GATEWAY = "NAT gateway"
    GATEWAY_ENDPOINT = "gateway endpoint"
    OPAQUE = "opaque"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One line of a route table; the longest prefix wins."""

    name: str
    peer: Block | ServicePrefixes | Unknown
    target: Target
    through: str = ""


@dataclass(frozen=True, kw_only=True)
class RouteTable:
    """Routes besides the local one, which every table has."""

    name: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet. ``addresses`` are its known blocks; those not known yet lie somewhere in ``unsure``.

    More than one of ``acls`` is a mistake that rules report. ``is_elsewhere``: it is made elsewhere, and its network
    ACL and routes are not known here.
    """

    name: str
    vpc: str
    addresses: Ranges
    route_table: str
    acls: tuple[str, ...]
    unsure: Ranges = NOTHING
    is_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class NatGateway:
    """Lets private addresses out, and only replies back in. It has no security group."""

    name: str
    subnet: str
    public: bool = True


class Kind(StrEnum):
    """What a party is; decides which of its own ports it uses as a client."""

    LINUX_TASK = "task"
    LOAD_BALANCER = "load balancer"
    DATA_STORE = "data store"
    ENDPOINT = "interface endpoint"
    INTERNET = "internet"
    AWS_SERVICE = "AWS service"
    ADDRESSES = "addresses"
    OTHER = "host"


@dataclass(frozen=True, kw_only=True)
class Party:
    """Something that opens or accepts connections.

    In the VPC: ``subnets`` and ``groups`` say where it stands (no subnets: nobody knows yet). Outside: ``addresses``
    are its own, or ``prefixes`` names the AWS service whose addresses nobody knows. ``public``: it has a public IPv4
    address. ``filtered``: it has security groups at all (a NAT gateway has none). ``ports``: what it listens on, where
    that is known. ``unknown``: groups that are not known before the apply.
    """

    name: str
    kind: Kind = Kind.OTHER
    resource: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    addresses: Ranges | None = None
    prefixes: str = ""
    public: bool = False
    filtered: bool = True
    ports: Ranges | None = None
    unknown: tuple[str, ...] = ()

    @property
    def is_outside(self) -> bool:
        """Whether the party stands outside every VPC of the network."""
        return self.addresses is not None or bool(self.prefixes)

    @property
    def is_placed(self) -> bool:
        """Whether it is known where the party stands."""
        return self.is_outside or bool(self.subnets)


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything a connection can meet, by name. ``vpcs`` are the known addresses of each VPC."""

    vpcs: Mapping[str, Ranges] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    route_tables: Mapping[str, RouteTable] = field(default_factory=dict)
    acls: Mapping[str, NetworkAcl] = field(default_factory=dict)
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    nat_gateways: Mapping[str, NatGateway] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)
    decided: dict[tuple[Party, Party, int], Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What `reach.decide` found out about this network, so that each question is walked once."""
