"""Reads route tables, NAT gateways, gateway endpoints, and the associations of subnets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.network.filters import Block, ServicePrefixes, Unknown
from terraform_gate.network.model import NatGateway, Route, RouteTable, Target
from terraform_gate.network.reading.reader import Reader, service_of
from terraform_gate.reading.expression import is_known, reference
from terraform_gate.terraform_resource import Resource, items

_TABLES = ("aws_route_table", "aws_default_route_table")
_DESTINATIONS = ("cidr_block", "destination_cidr_block", "ipv6_cidr_block", "destination_ipv6_cidr_block")
_PREFIX_LISTS = ("destination_prefix_list_id",)
_TARGETS = (
    ("nat_gateway_id", Target.NAT_GATEWAY),
    ("egress_only_gateway_id", Target.EGRESS_ONLY_GATEWAY),
    ("gateway_id", Target.INTERNET_GATEWAY),
    ("carrier_gateway_id", Target.INTERNET_GATEWAY),
    ("network_interface_id", Target.DEVICE),
    ("vpc_endpoint_id", Target.DEVICE),
    ("core_network_arn", Target.OPAQUE),
    ("local_gateway_id", Target.OPAQUE),
    ("transit_gateway_id", Target.OPAQUE),
    ("vpc_peering_connection_id", Target.OPAQUE),
)
"""Argument of a route -> its target. The carrier gateway of a Wavelength Zone is an internet gateway too."""
_DEVICE_SUBNETS: Mapping[str, tuple[str, str]] = {
    "aws_network_interface": ("", "subnet_id"),
    "aws_instance": ("", "subnet_id"),
    "aws_vpc_endpoint": ("", "subnet_ids"),
    "aws_networkfirewall_firewall": ("subnet_mapping", "subnet_id"),
}
"""Type of a device -> the block and the argument with its subnets."""


def main_route_table(vpc: str) -> str:
    """Return the model's name of the main route table of a VPC."""
    return f"main route table of {vpc}"


def read_route_tables(reader: Reader) -> dict[str, RouteTable]:
    """Read all route tables by name, including the routes of gateway endpoints."""
    routes: dict[str, list[Route]] = defaultdict(list)
    for vpc in reader.configuration.of_type("aws_vpc"):
        routes[main_route_table(vpc.key)] = []
    for resource in reader.configuration.of_type(*_TABLES):
        name = _table_name(reader, f"${{{resource.key}.id}}")
        routes[name].extend(inline_routes(reader, resource))
    for resource in reader.configuration.of_type("aws_route"):
        routes[_table_name(reader, resource.body.get("route_table_id"))].extend(
            routes_in(reader, resource, resource.body)
        )
    for table, route in _endpoint_routes(reader):
        routes[table].append(route)
    return {name: RouteTable(name=name, routes=tuple(found)) for name, found in routes.items()}


def read_table_associations(reader: Reader) -> dict[str, str]:
    """Read the route table of each subnet; the key of a VPC holds the table of its other subnets."""
    found = {vpc.key: main_route_table(vpc.key) for vpc in reader.configuration.of_type("aws_vpc")}
    for kind, owner in (("aws_main_route_table_association", "vpc_id"), ("aws_route_table_association", "subnet_id")):
        for resource in reader.configuration.of_type(kind):
            name = reader.name(resource.body.get(owner))
            if isinstance(name, str):
                found[name] = _table_name(reader, resource.body.get("route_table_id"))
    return found


def read_unplaced_tables(reader: Reader) -> list[tuple[str, frozenset[str]]]:
    """Return the route tables that are associated with a subnet that is not known.

    Returns:
        Each table with the subnets that the expression of the subnet mentions; none of them: it can be any subnet.
    """
    found = []
    for resource in reader.configuration.of_type("aws_route_table_association"):
        value = resource.body.get("subnet_id")
        if value and isinstance(reader.name(value), Unknown):
            mentioned = frozenset(item.key for item in reader.configuration.mentioned_in(value))
            found.append((_table_name(reader, resource.body.get("route_table_id")), mentioned))
    return found


def read_nat_gateways(reader: Reader) -> dict[str, NatGateway]:
    """Read the NAT gateways with a known subnet."""
    found = {}
    for resource in reader.configuration.of_type("aws_nat_gateway"):
        subnet = reader.name(resource.body.get("subnet_id"))
        if isinstance(subnet, str):
            public = reader.plain(resource.body.get("connectivity_type")) != "private"
            found[resource.key] = NatGateway(name=resource.key, subnet=subnet, public=public)
    return found


def _table_name(reader: Reader, value: Any) -> str:
    target, found = reference(value), reader.configuration.find(value)
    if target and found is not None and target.attribute in {"main_route_table_id", "default_route_table_id"}:
        return main_route_table(found.key)
    if found is not None and found.type == "aws_default_route_table":
        return _table_name(reader, found.body.get("default_route_table_id"))
    name = reader.name(value)
    return name if isinstance(name, str) else name.expression


def inline_routes(reader: Reader, resource: Resource) -> Iterator[Route]:
    """Yield the routes inside a route table."""
    for block in items(resource.body.get("route")):
        yield from routes_in(reader, resource, block)


def routes_in(reader: Reader, resource: Resource, block: Any) -> Iterator[Route]:
    """Yield the routes of one block: an inline route, or the body of an `aws_route`."""
    if not isinstance(block, Mapping):
        yield Route(name=resource.key, peer=Unknown(str(block)), target=Target.UNKNOWN)
        return
    target, through, via = _target(reader, block)
    for name in _DESTINATIONS:
        if not reader.is_absent(block.get(name)):
            yield Route(name=resource.key, peer=reader.block(block[name]), target=target, through=through, via=via)
    for name in _PREFIX_LISTS:
        if not reader.is_absent(block.get(name)):
            for peer in reader.prefix_list(block[name]):
                if isinstance(peer, Block | ServicePrefixes | Unknown):
                    yield Route(name=resource.key, peer=peer, target=target, through=through, via=via)


def _target(reader: Reader, block: Mapping[str, Any]) -> tuple[Target, str, tuple[str, ...]]:
    """Return the type and the name of a route's target, and the subnets of a device."""
    for argument, target in _TARGETS:
        if not reader.is_absent(block.get(argument)):
            value = block[argument]
            through = str(reader.name(value))
            if target is Target.DEVICE:
                return target, through, _device_subnets(reader, value)
            return (_gateway(reader, value) if argument == "gateway_id" else target), through, ()
    return Target.OPAQUE, "", ()


def _gateway(reader: Reader, value: Any) -> Target:
    value = reader.plain(value)
    found = reader.configuration.find(value)
    if found is not None and found.type == "aws_internet_gateway":
        return Target.INTERNET_GATEWAY
    if str(value) == "local":
        return Target.LOCAL
    if found is None and not is_known(value):
        return Target.UNKNOWN
    return Target.INTERNET_GATEWAY if str(value).startswith("igw-") else Target.OPAQUE


def _device_subnets(reader: Reader, value: Any) -> tuple[str, ...]:
    """Return the known subnets of the network interface, VPC endpoint or firewall that a route leads to."""
    found: list[str] = []
    for device in reader.configuration.mentioned_in(value):
        block, argument = _DEVICE_SUBNETS.get(device.type, ("", ""))
        for body in device.blocks(block) if block else (device.body,):
            found += reader.names(body.get(argument))[0]
    return tuple(dict.fromkeys(found))


def _endpoint_routes(reader: Reader) -> Iterator[tuple[str, Route]]:
    gateways = [item for item in reader.configuration.of_type("aws_vpc_endpoint") if is_gateway_endpoint(reader, item)]
    for resource in gateways:
        tables = list(items(resource.body.get("route_table_ids")))
        for link in reader.configuration.of_type("aws_vpc_endpoint_route_table_association"):
            if reader.name(link.body.get("vpc_endpoint_id")) == resource.key:
                tables.append(link.body.get("route_table_id"))
        peer = ServicePrefixes(service_of(resource) or resource.key)
        route = Route(name=resource.key, peer=peer, target=Target.GATEWAY_ENDPOINT, through=resource.key)
        yield from ((_table_name(reader, table), route) for table in tables)


def is_gateway_endpoint(reader: Reader, resource: Resource) -> bool:
    """Whether a VPC endpoint is a gateway endpoint (the default) rather than an interface endpoint."""
    kind = reader.plain(resource.body.get("vpc_endpoint_type"))
    return reader.is_absent(kind) or kind == "Gateway"
