"""Which subnets are public, and which belong to the data tier."""

from __future__ import annotations

from collections.abc import Collection

from terraform_gate.configuration import Configuration
from terraform_gate.network.model import Endpoint, Kind, Network, Target
from terraform_gate.network.reading.endpoint_types import SUBNET_GROUPS


def has_internet_route(network: Network, subnet: str) -> bool | None:
    """Whether a subnet has a route to an internet gateway; None if its route table is not in the configuration."""
    table = network.route_tables.get(network.subnets[subnet].route_table)
    if table is None:
        return None
    return any(route.target is Target.INTERNET_GATEWAY for route in table.routes)


def endpoints_in(network: Network, subnets: Collection[str]) -> list[Endpoint]:
    """Return the endpoints with at least one of these subnets."""
    return [endpoint for endpoint in network.endpoints.values() if not set(subnets).isdisjoint(endpoint.subnets)]


def data_subnets(configuration: Configuration, network: Network) -> set[str]:
    """Return the subnets of data stores and the subnets of subnet groups."""
    stores = (endpoint for endpoint in network.endpoints.values() if endpoint.kind is Kind.DATA_STORE)
    groups = configuration.of_type(*SUBNET_GROUPS)
    listed = (item.key for group in groups for item in configuration.mentioned_in(list(group.values("subnet_ids"))))
    return {name for endpoint in stores for name in endpoint.subnets} | set(listed)
