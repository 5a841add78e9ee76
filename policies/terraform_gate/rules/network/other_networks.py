"""AF_NET_5: ways to other networks are seen, and none of them is the way to everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.analysis.exposure import block_of
from terraform_gate.network.filters import Unknown
from terraform_gate.network.model import Target
from terraform_gate.network.reading.routes import routes_in
from terraform_gate.network.reading.values import Reader
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import Resources
from terraform_gate.rules.shared.network_examples import WORLD, public_subnets, together, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule
from terraform_gate.terraform_resource import Resource, items

LINKS = (
    *("aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter"),
    *("aws_ec2_transit_gateway_vpc_attachment", "aws_ec2_transit_gateway_vpc_attachment_accepter"),
    *("aws_networkmanager_vpc_attachment", "aws_ec2_client_vpn_network_association", "aws_dx_gateway_association"),
    *("aws_vpn_gateway", "aws_vpn_gateway_attachment", "aws_vpn_gateway_route_propagation", "aws_vpn_connection"),
)
"""What joins a VPC to another network."""
TABLES = ("aws_route_table", "aws_default_route_table")
_FOREIGN = ("transit_gateway_id", "vpc_peering_connection_id", "core_network_arn", "gateway_id")


def _way(cidr: str, **through: str) -> Resources:
    """A route of a table of its own."""
    table = {"aws_route_table": {"elsewhere": {"vpc_id": "${aws_vpc.main.id}"}}}
    body = {"route_table_id": "${aws_route_table.elsewhere.id}", "destination_cidr_block": cidr, **through}
    return together(vpc(), table, {"aws_route": {"elsewhere": body}})


class OtherNetworks(NetworkRule):
    """A way to another network is never passed: who stands behind it is not in the configuration."""

    id = "AF_NET_5"
    title = "Ways to other networks are looked at, and none leads everywhere"
    severity = Severity.HIGH
    why = (
        "Behind a peering, a transit gateway or a VPN stand hosts that no file here describes: whether they reach the "
        "database cannot be told. A default route there hands every packet to somebody else."
    )
    remediation = (
        "Route the other network's own blocks only, and accept the way by a waiver that says who is behind it."
    )
    references = ("CIS AWS 5.5", "Prowler vpc_peering_routing_tables_with_least_privilege", "CKV2_AWS_44")
    resource_types = (*LINKS, *TABLES, "aws_route")
    passing = (Example(title="a default route to the internet gateway", resources=together(vpc(), public_subnets())),)
    failing = (
        Example(title="everything through a transit gateway", resources=_way(WORLD, transit_gateway_id="tgw-0a1b2c3d")),
        Example(
            title="half of everything through a peering",
            resources=_way("128.0.0.0/1", vpc_peering_connection_id="pcx-0a1b2c3d"),
        ),
        Example(title="everything through a VPN", resources=_way(WORLD, gateway_id="vgw-0a1b2c3d")),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every link, and at every route that leads to one."""
        for link in configuration.of_type(*LINKS):
            yield Finding.unknown(link, "who stands behind it is not in this configuration")
        reader = Reader(configuration)
        for resource in configuration.of_type(*TABLES):
            for block in items(resource.body.get("route")):
                yield from _route(reader, resource, block)
            if resource.values("propagating_vgws"):
                yield Finding.unknown(resource, "takes routes from a VPN gateway, which are not in this configuration")
        for resource in configuration.of_type("aws_route"):
            yield from _route(reader, resource, resource.body)


def _route(reader: Reader, resource: Resource, block: Any) -> Iterator[Finding]:
    if not isinstance(block, Mapping):
        yield Finding.unknown(resource, f"a route is {block}")
        return
    used = [str(block[name]) for name in _FOREIGN if not reader.is_unwritten(block.get(name))]
    for route in routes_in(reader, resource, block) if used else ():
        if route.target is not Target.OPAQUE:
            continue
        if isinstance(route.peer, Unknown):
            yield Finding.unknown(resource, f"leads to another network, to {route.peer.expression}")
        elif block_of(route.peer) & INTERNET:
            yield Finding.fail(resource, f"sends addresses of the internet through {used[0]}")
        else:
            yield Finding.unknown(resource, f"leads to another network through {used[0]}")


rule = OtherNetworks()
