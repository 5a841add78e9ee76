"""The VPC of an environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cdktf_cdktf_provider_aws.default_network_acl import DefaultNetworkAcl
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from modules.core.addressing import subnet_cidr
from modules.core.flows import ANYWHERE, Flows, Tier
from modules.core.network_reference import NetworkReference

Egress = Literal["none", "single_nat", "nat_per_zone"]


class Network(Construct):
    """A VPC with public, application and isolated data subnets in each zone, and a route table for each purpose.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the VPC, prefix of its parts.
        cidr: IPv4 block of the VPC, /16 to /21.
        zones: names of two or three availability zones, in any order; each gets one subnet of each tier. Its addresses
            depend on the letter of the zone only. A single NAT gateway is in the first zone of the alphabet.
        flows: the declared flows of the environment.
        egress: access of the application tier to the internet: none, one NAT gateway, or one in each zone.

    Example:
        >>> vpc = Network(stack, "network", name="airflow-dev", cidr="10.20.0.0/16", egress="none", flows=flows,
        ...                zones=["eu-central-1a", "eu-central-1b"])
        >>> resource("aws_subnet.network_data_b")["cidr_block"]
        '10.20.84.0/22'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        cidr: str,
        zones: Sequence[str],
        flows: Flows,
        egress: Egress = "nat_per_zone",
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._cidr = name, cidr
        self._zones = sorted(zones, key=lambda zone: zone[-1])
        self._vpc = Vpc(
            self,
            "vpc",
            cidr_block=cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": name},
        )
        self._close_defaults()
        self._subnets = {tier: self._tier(tier) for tier in ("public", "application", "data")}
        self._route_public()
        self.application_route_tables = self._route_application(egress)
        self._associate("data", [self._route_table("data")] * len(self._zones))
        self.reference = NetworkReference(
            vpc_id=self._vpc.id,
            cidr=cidr,
            public_subnet_ids=[subnet.id for subnet in self._subnets["public"]],
            application_subnet_ids=[subnet.id for subnet in self._subnets["application"]],
            data_subnet_ids=[subnet.id for subnet in self._subnets["data"]],
            flows=flows,
        )

    @property
    def application_route_table_ids(self) -> list[str]:
        """Route tables of the application tier."""
        return [table.id for table in self.application_route_tables]

    def _close_defaults(self) -> None:
        """Remove all rules from the default security group and the default network ACL of the VPC."""
        tags = {"Name": f"{self._name}-default-closed"}
        DefaultSecurityGroup(self, "default-security-group", vpc_id=self._vpc.id, tags=tags)
        DefaultNetworkAcl(
            self, "default-network-acl", default_network_acl_id=self._vpc.default_network_acl_id, tags=tags
        )

    def _tier(self, tier: Tier) -> list[Subnet]:
        return [
            Subnet(
                self,
                f"{tier}-{zone[-1]}",
                vpc_id=self._vpc.id,
                availability_zone=zone,
                cidr_block=subnet_cidr(self._cidr, tier, zone[-1]),
                map_public_ip_on_launch=False,
                tags={"Name": f"{self._name}-{tier}-{zone[-1]}", "airflow-fargate:tier": tier},
            )
            for zone in self._zones
        ]

    def _route_table(self, purpose: str) -> RouteTable:
        tags = {"Name": f"{self._name}-{purpose}"}
        return RouteTable(self, f"{purpose}-routes", vpc_id=self._vpc.id, tags=tags)

    def _route_public(self) -> None:
        gateway = InternetGateway(self, "internet-gateway", vpc_id=self._vpc.id, tags={"Name": self._name})
        table = self._route_table("public")
        Route(
            self,
            "public-to-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE[0],
            gateway_id=gateway.id,
        )
        self._associate("public", [table] * len(self._zones))
        self._internet_gateway = gateway

    def _route_application(self, egress: Egress) -> list[RouteTable]:
        if egress == "nat_per_zone":
            tables = [self._route_table(f"application-{zone[-1]}") for zone in self._zones]
            for zone, table, subnet in zip(self._zones, tables, self._subnets["public"], strict=True):
                self._nat(zone[-1], subnet, table)
        else:
            tables = [self._route_table("application")]
            if egress == "single_nat":
                self._nat(self._zones[0][-1], self._subnets["public"][0], tables[0])
        per_zone = tables if len(tables) == len(self._zones) else tables * len(self._zones)
        self._associate("application", per_zone)
        return tables

    def _nat(self, letter: str, subnet: Subnet, table: RouteTable) -> None:
        tags = {"Name": f"{self._name}-nat-{letter}"}
        address = Eip(self, f"nat-address-{letter}", domain="vpc", tags=tags)
        gateway = NatGateway(
            self,
            f"nat-{letter}",
            subnet_id=subnet.id,
            allocation_id=address.id,
            depends_on=[self._internet_gateway],
            tags=tags,
        )
        Route(
            self,
            f"application-{letter}-to-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE[0],
            nat_gateway_id=gateway.id,
        )

    def _associate(self, tier: Tier, tables: Sequence[RouteTable]) -> None:
        for zone, subnet, table in zip(self._zones, self._subnets[tier], tables, strict=True):
            RouteTableAssociation(self, f"{tier}-{zone[-1]}-association", subnet_id=subnet.id, route_table_id=table.id)
