"""The parts of an environment as plain values, independent of how they are written in Terraform."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Tier(StrEnum):
    """A column of the picture, from the outside to the data."""

    OUTSIDE = "Outside"
    PUBLIC = "Public subnets"
    APPLICATION = "Application subnets"
    ENDPOINTS = "Interface endpoints"
    DATA = "Data subnets"
    SERVICES = "AWS services"


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet with its tier, zone and CIDR block."""

    tier: Tier
    zone: str
    cidr: str


@dataclass(frozen=True, kw_only=True)
class Component:
    """One box of the picture.

    Attributes:
        name: name of the endpoint in flows.
        kind: what it is, such as ``ECS service``.
        tier: its column.
        address: Terraform address; empty outside of the configuration.
        size: size in one line, such as ``1 vCPU, 2 GiB`` with the number of Fargate tasks.
        roles: names of its IAM roles by purpose.
        secrets: secrets that its containers receive, with their origin.
        facts: further properties with their values.
        subnets: names of its subnets.
    """

    name: str
    kind: str
    tier: Tier
    address: str = ""
    size: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A connection between two components. ``state`` is ``declared``, ``undeclared`` or ``blocked``."""

    source: str
    destination: str
    port: str
    why: str = ""
    state: str = "declared"


@dataclass(frozen=True, kw_only=True)
class Landscape:
    """Components, subnets and flows of an environment; ``problem`` says why flows were not computed."""

    components: tuple[Component, ...]
    subnets: tuple[Subnet, ...]
    flows: tuple[Flow, ...]
    problem: str = ""
    zones: tuple[str, ...] = field(default=())

    def flows_of(self, name: str) -> tuple[Flow, ...]:
        """The flows from or to a component."""
        return tuple(flow for flow in self.flows if name in {flow.source, flow.destination})
