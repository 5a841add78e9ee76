"""AF_NET_5: connections to other networks are reported, and none of them is a default route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.analysis.exposure import block_of
from terraform_gate.network.filters import Unknown
from terraform_gate.network.model import Target
from terraform_gate.network.reading.reader import Reader
from terraform_gate.network.reading.routes import routes_in
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import public_subnets
from terraform_gate.rules.shared.network_examples import ANYWHERE, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource, items

LINKS = (
    *("aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter"),
    *("aws_ec2_transit_gateway_vpc_attachment", "aws_ec2_transit_gateway_vpc_attachment_accepter"),
    *("aws_networkmanager_vpc_attachment", "aws_ec2_client_vpn_network_association", "aws_dx_gateway_association"),
    *("aws_vpn_gateway", "aws_vpn_gateway_attachment", "aws_vpn_gateway_route_propagation", "aws_vpn_connection"),
)
"""Resource types that connect a VPC to another network."""
TABLES = ("aws_route_table", "aws_default_route_table")
_FOREIGN = ("transit_gateway_id", "vpc_peering_connection_id", "core_network_arn", "gateway_id")


def _way(cidr: str, **through: str) -> Resources:
    """A route in its own route table."""
    table = {"aws_route_table": {"other": {"vpc_id": "${aws_vpc.main.id}"}}}
    body = {"route_table_id": "${aws_route_table.other.id}", "destination_cidr_block": cidr, **through}
    return merge(vpc(), table, {"aws_route": {"other": body}})


class RoutesToOtherNetworks(NetworkRule):
    """Peering connections, transit gateways and VPNs.

    The verdict is never `pass`: the other network is not in the configuration.
    """

    id = "AF_NET_5"
    title = "Every connection to another network has a waiver, and no default route leads to another network"
    severity = Severity.HIGH
    why = (
        "The hosts behind a peering connection, transit gateway or VPN are not in the configuration, so "
        "it is unknown whether they can reach the database. A default route to another network sends all "
        "internet traffic there."
    )
    remediation = (
        "Route only the CIDR blocks of the other network, and accept the connection by a waiver that "
        "names the network's owner."
    )
    references = ("CIS AWS 5.5", "Prowler vpc_peering_routing_tables_with_least_privilege", "CKV2_AWS_44")
    resource_types = (*LINKS, *TABLES, "aws_route")
    passing = (Example(title="a default route to the internet gateway", resources=merge(vpc(), public_subnets())),)
    failing = (
        Example(
            title="a default route to a transit gateway", resources=_way(ANYWHERE, transit_gateway_id="tgw-0a1b2c3d")
        ),
        Example(
            title="half of the address space to a peering connection",
            resources=_way("128.0.0.0/1", vpc_peering_connection_id="pcx-0a1b2c3d"),
        ),
        Example(title="a default route to a VPN gateway", resources=_way(ANYWHERE, gateway_id="vgw-0a1b2c3d")),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every connection to another network, and every route to one."""
        for link in configuration.of_type(*LINKS):
            yield Finding.unknown(link, "the other network is not in the configuration")
        reader = Reader(configuration)
        for resource in configuration.of_type(*TABLES):
            for block in items(resource.body.get("route")):
                yield from _route(reader, resource, block)
            if resource.values("propagating_vgws"):
                yield Finding.unknown(resource, "receives routes from a VPN gateway that are not in the configuration")
        for resource in configuration.of_type("aws_route"):
            yield from _route(reader, resource, resource.body)


def _route(reader: Reader, resource: Resource, block: Any) -> Iterator[Finding]:
    if not isinstance(block, Mapping):
        yield Finding.unknown(resource, f"the route is not known before the apply: {block}")
        return
    used = [str(block[name]) for name in _FOREIGN if not reader.is_absent(block.get(name))]
    for route in routes_in(reader, resource, block) if used else ():
        if route.target is Target.UNKNOWN and (isinstance(route.peer, Unknown) or block_of(route.peer) & INTERNET):
            yield Finding.unknown(resource, f"routes internet addresses to a target that is not known: {used[0]}")
        if route.target is not Target.OPAQUE:
            continue
        if isinstance(route.peer, Unknown):
            yield Finding.unknown(resource, f"routes to another network, with destination {route.peer.expression}")
        elif block_of(route.peer) & INTERNET:
            yield Finding.fail(resource, f"routes internet addresses to {used[0]}")
        else:
            yield Finding.unknown(resource, f"routes to another network through {used[0]}")


rule = RoutesToOtherNetworks()
