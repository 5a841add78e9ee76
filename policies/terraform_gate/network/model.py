"""A network as plain values, independent of how it is written in Terraform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from terraform_gate.network.filters import Block, NetworkAcl, SecurityGroup, ServicePrefixes, Unknown
from terraform_gate.network.ranges import NOTHING, Ranges


class Target(StrEnum):
    """The type of a route's target.

    ``OPAQUE``: peering connection, transit gateway or VPN, whose other side is not in the configuration.
    ``DEVICE``: the network interface or VPC endpoint of a firewall or another appliance.
    ``UNKNOWN``: a target that is not known.
    """

    LOCAL = "local"
    INTERNET_GATEWAY = "internet gateway"
    EGRESS_ONLY_GATEWAY = "egress-only internet gateway"
    NAT_GATEWAY = "NAT gateway"
    GATEWAY_ENDPOINT = "gateway endpoint"
    OPAQUE = "opaque"
    DEVICE = "network interface or VPC endpoint"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route of a route table; the longest matching prefix decides. ``via`` are the subnets of a device."""

    name: str
    peer: Block | ServicePrefixes | Unknown
    target: Target
    through: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RouteTable:
    """A route table without the local route, which every route table has."""

    name: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet.

    Attributes:
        addresses: its known CIDR blocks.
        possible_addresses: the range that contains its unknown CIDR blocks.
        possible_tables: further route tables that it may be associated with; empty if its association is known.
        acls: its network ACLs; more than one is an error that AF_NACL_5 reports.
        is_external: the subnet is not in the configuration, so its network ACL and routes are unknown.
    """

    name: str
    vpc: str
    addresses: Ranges
    route_table: str
    acls: tuple[str, ...]
    possible_addresses: Ranges = NOTHING
    possible_tables: tuple[str, ...] = ()
    is_external: bool = False


@dataclass(frozen=True, kw_only=True)
class NatGateway:
    """A NAT gateway: lets private addresses out and their replies in. It has no security group."""

    name: str
    subnet: str
    public: bool = True


class Kind(StrEnum):
    """The type of an endpoint; it decides which ephemeral ports the endpoint uses as a client."""

    LINUX_TASK = "task"
    LOAD_BALANCER = "load balancer"
    DATA_STORE = "data store"
    INTERFACE_ENDPOINT = "interface endpoint"
    INTERNET = "internet"
    AWS_SERVICE = "AWS service"
    ADDRESSES = "addresses"
    OTHER = "host"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Something that opens or accepts connections.

    Attributes:
        resource: the address of the resource.
        subnets: its subnets; empty if it is outside the VPCs, or if its subnets are unknown.
        groups: its security groups.
        addresses: the addresses of an endpoint outside the VPCs.
        prefixes: the AWS service whose addresses an AWS-managed prefix list contains.
        public: whether it has a public IPv4 address.
        filtered: whether it has security groups at all (a NAT gateway has none).
        ports: the services that it listens on; None if unknown.
        unknown: expressions of security groups that are not known before the apply.
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
        """Whether the endpoint is outside every VPC of the network."""
        return self.addresses is not None or bool(self.prefixes)

    @property
    def has_known_location(self) -> bool:
        """Whether the endpoint's subnets or addresses are known."""
        return self.is_outside or bool(self.subnets)


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything that a connection can pass, by name. ``vpcs`` are the known addresses of each VPC."""

    vpcs: Mapping[str, Ranges] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    route_tables: Mapping[str, RouteTable] = field(default_factory=dict)
    acls: Mapping[str, NetworkAcl] = field(default_factory=dict)
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    nat_gateways: Mapping[str, NatGateway] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    decided: dict[tuple[Endpoint, Endpoint, int], Any] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """The cache of `reach.decide`."""

    def members_of(self, group: str) -> list[Endpoint]:
        """Return the endpoints with this security group."""
        return [endpoint for endpoint in self.endpoints.values() if group in endpoint.groups]

    def subnet_addresses(self, endpoints: Iterable[Endpoint]) -> Ranges:
        """Return the known and possible addresses of the endpoints' subnets."""
        subnets = [self.subnets[name] for endpoint in endpoints for name in endpoint.subnets]
        return Ranges.union(subnet.addresses | subnet.possible_addresses for subnet in subnets)
