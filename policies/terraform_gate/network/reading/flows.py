"""The flows that the synthesizer declared, as it left them in the stacks' metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.network.addresses import addresses
from terraform_gate.network.model import Kind, Network, Party
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.services import service


@dataclass(frozen=True)
class Place:
    """An end of a declared flow: a party's name, and for the outside the blocks that are meant."""

    name: str
    cidrs: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeclaredFlow:
    """One permission to connect. ``service`` is a point of the axis of `services`."""

    source: Place
    destination: Place
    service: int
    protocol: str
    port: int
    why: str = ""


def declared_flows(configuration: Configuration) -> tuple[DeclaredFlow, ...]:
    """The flows of all stacks, each once.

    An end is a name (`"scheduler"`) or `{"name": ..., "cidrs": [...]}`. Raises ValueError for anything else, naming it.
    """
    return tuple(dict.fromkeys(_read(configuration)))


def _read(configuration: Configuration) -> Iterator[DeclaredFlow]:
    for item in configuration.metadata("flows"):
        try:
            protocol, port = str(item.get("protocol", "tcp")), int(item["port"])
            source, destination = _place(item["source"]), _place(item["destination"])
            point = service(protocol, port)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            wanted = "source, destination, port, protocol, why"
            raise ValueError(f'"//".flows: {item!r} is no flow ({wanted} are expected)') from error
        yield DeclaredFlow(source, destination, point, protocol, port, str(item.get("why", "")))


def _place(value: Any) -> Place:
    if isinstance(value, Mapping):
        return Place(str(value["name"]), tuple(str(cidr) for cidr in value.get("cidrs") or ()))
    if not isinstance(value, str):
        raise TypeError(value)
    return Place(value)


def party_of(network: Network, place: Place) -> Party | None:
    """The party that a place means; the outside is met at the addresses that the flow names."""
    known = network.parties.get(place.name)
    outside = known is None or known.kind is Kind.INTERNET
    if not place.cidrs or not outside:
        return known
    ranges = Ranges.union(addresses(cidr) for cidr in place.cidrs)
    return Party(name=place.name, kind=Kind.ADDRESSES, addresses=ranges)
