"""Reads the declared flows from the metadata of the stacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.network.addresses import addresses
from terraform_gate.network.model import Endpoint, Kind, Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.security_groups import ENDPOINT_TAG
from terraform_gate.network.services import service
from terraform_gate.terraform_resource import Resource


class FlowError(ValueError):
    """The metadata contains something else than a flow; the message has it."""


@dataclass(frozen=True)
class FlowEnd:
    """One end of a declared flow: the name of an endpoint, and CIDR blocks for an endpoint outside of the VPCs."""

    name: str
    cidrs: tuple[str, ...] = ()

    @property
    def is_foreign_group(self) -> bool:
        """Whether the name is the id of a security group, which only a group outside of the configuration has."""
        return re.fullmatch(r"sg-[0-9a-f]{8,17}", self.name) is not None


@dataclass(frozen=True)
class DeclaredFlow:
    """A declared permission to connect. ``services`` are points of the axis of `services`, ``service`` is the first."""

    source: FlowEnd
    destination: FlowEnd
    service: int
    protocol: str
    port: int
    why: str = ""
    last_port: int = 0

    @property
    def services(self) -> Ranges:
        """The services of the flow: those of one port or of a range of ports."""
        return Ranges.of((self.service, self.service + max(self.last_port, self.port) - self.port + 1))


def declared_flows(configuration: Configuration) -> tuple[DeclaredFlow, ...]:
    """Return the flows of all stacks, each once.

    An end is a name (`"scheduler"`) or `{"name": ..., "cidrs": [...]}`.

    Raises:
        FlowError: an item is not a flow; the message contains it.
    """
    return tuple(dict.fromkeys(_read(configuration)))


def undeclared_groups(configuration: Configuration) -> tuple[Resource, ...]:
    """Return the security groups that name an endpoint of flows, in stacks whose metadata has no list of flows.

    The list was deleted, or the file was not written by the program that declares the flows. Plans have no metadata:
    groups that only a plan contains are left out.
    """
    silent = {stack.name for stack in configuration.stacks if stack.metadata.get("flows") is None}
    groups = configuration.of_type("aws_security_group")
    return tuple(
        group for group in groups if group.stack in silent and not group.is_planned and group.get("tags", ENDPOINT_TAG)
    )


def _read(configuration: Configuration) -> Iterator[DeclaredFlow]:
    for item in configuration.metadata("flows"):
        try:
            protocol, port = str(item.get("protocol", "tcp")), int(item["port"])
            source, destination = _flow_end(item["source"]), _flow_end(item["destination"])
            point, last_port = service(protocol, port), int(item.get("last_port") or 0)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            wanted = "source, destination, port, last_port, protocol, why"
            raise FlowError(f'"//".flows: {item!r} is not a flow. A flow has the keys {wanted}') from error
        yield DeclaredFlow(source, destination, point, protocol, port, str(item.get("why", "")), last_port)


def _flow_end(value: Any) -> FlowEnd:
    if isinstance(value, Mapping):
        return FlowEnd(str(value["name"]), tuple(str(cidr) for cidr in value.get("cidrs") or ()))
    if not isinstance(value, str):
        raise TypeError(value)
    return FlowEnd(value)


def endpoint_of(network: Network, end: FlowEnd) -> Endpoint | None:
    """Return the endpoint that a flow's end refers to; outside of the VPCs, one with the CIDR blocks of the flow."""
    known = network.endpoints.get(end.name)
    outside = known is None or known.kind is Kind.INTERNET
    if not end.cidrs or not outside:
        return known
    ranges = Ranges.union(addresses(cidr) for cidr in end.cidrs)
    return Endpoint(name=end.name, kind=Kind.ADDRESSES, addresses=ranges)
