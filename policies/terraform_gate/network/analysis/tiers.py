"""Which subnets are public, and which belong to the data tier."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from terraform_gate.configuration import Configuration
from terraform_gate.network.analysis.exposure import may_be_internet
from terraform_gate.network.model import Endpoint, Kind, Network, Target
from terraform_gate.network.reading.endpoint_types import SUBNET_GROUPS


def has_internet_route(network: Network, subnet: str) -> bool | None:
    """Whether a subnet has a route to an internet gateway; None if its route table is not in the configuration."""
    table = network.route_tables.get(network.subnets[subnet].route_table)
    if table is None:
        return None
    return any(route.target is Target.INTERNET_GATEWAY for route in table.routes)


@dataclass(frozen=True)
class WayOut:
    """Whether packets of a subnet reach an internet gateway untranslated (None: not known), and why."""

    is_open: bool | None
    reason: str = ""


def way_to_internet_gateway(network: Network, subnet: str) -> WayOut:
    """Follow the routes of a subnet, and those of the firewalls and other devices that they lead to.

    A NAT gateway, peering connection or transit gateway is no such way: nothing on the internet can open a connection
    through it to an address of the subnet.
    """
    found = list(_ways(network, subnet, seen=frozenset()))
    opened = next((way for way in found if way.is_open), None)
    return opened or next(iter(found), WayOut(is_open=False))


def _ways(network: Network, name: str, *, seen: frozenset[str]) -> Iterator[WayOut]:
    subnet = network.subnets.get(name)
    if subnet is None or subnet.is_external:
        yield WayOut(None, f"the routes of {_short(name)} are not in the configuration")
        return
    for table in (subnet.route_table, *subnet.possible_tables):
        if table not in network.route_tables:
            yield WayOut(None, f"{_short(table)} is not in the configuration")
        for way in _ways_of(network, table, seen=seen | {name}):
            is_certain = table == subnet.route_table or way.is_open is None
            yield way if is_certain else WayOut(None, f"the subnet may be associated with {_short(table)}")


def _ways_of(network: Network, table: str, *, seen: frozenset[str]) -> Iterator[WayOut]:
    routes = network.route_tables[table].routes if table in network.route_tables else ()
    for route in routes:
        if route.target is Target.INTERNET_GATEWAY:
            yield WayOut(is_open=True, reason=f"{_short(table)} leads to the internet")
        elif not may_be_internet(route.peer):
            continue
        elif route.target is Target.UNKNOWN:
            target = route.through or route.name
            yield WayOut(None, f"{_short(table)} has a route to a target that is not known: {target}")
        elif route.target is Target.DEVICE and not route.via:
            yield WayOut(None, f"{_short(table)} leads to {_short(route.through)}, whose subnet is not known")
        elif route.target is Target.DEVICE:
            for subnet in (name for name in route.via if name not in seen):
                yield from _ways(network, subnet, seen=seen)


def _short(name: str) -> str:
    return name.rpartition("//")[2]


def endpoints_in(network: Network, subnets: Collection[str]) -> list[Endpoint]:
    """Return the endpoints with at least one of these subnets."""
    return [endpoint for endpoint in network.endpoints.values() if not set(subnets).isdisjoint(endpoint.subnets)]


def data_subnets(configuration: Configuration, network: Network) -> set[str]:
    """Return the subnets of data stores and the subnets of subnet groups."""
    stores = (endpoint for endpoint in network.endpoints.values() if endpoint.kind is Kind.DATA_STORE)
    groups = configuration.of_type(*SUBNET_GROUPS)
    listed = (item.key for group in groups for item in configuration.mentioned_in(list(group.values("subnet_ids"))))
    return {name for endpoint in stores for name in endpoint.subnets} | set(listed)
