"""Security groups and network ACLs as plain values: who is meant, what is allowed, in which direction.

Every name is an opaque string (a Terraform address in practice). What cannot be known before the apply is `Unknown`,
never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from terraform_gate.network.ranges import Ranges


@dataclass(frozen=True)
class Block:
    """A peer given by its addresses (one CIDR block, or the entries of a prefix list)."""

    ranges: Ranges
    text: str


@dataclass(frozen=True)
class Members:
    """A peer given by membership of a security group."""

    group: str


@dataclass(frozen=True)
class ServicePrefixes:
    """A peer given by a prefix list that AWS keeps: the public addresses of one of its services."""

    name: str


@dataclass(frozen=True)
class Unknown:
    """What is not known before the apply; ``expression`` says what it waits for."""

    expression: str


Peer = Block | Members | ServicePrefixes | Unknown
Services = Ranges | Unknown


class Direction(StrEnum):
    """Which way a rule looks, from the place that it guards."""

    INGRESS = "ingress"
    EGRESS = "egress"


@dataclass(frozen=True, kw_only=True)
class SecurityRule:
    """One permission of a security group; a rule with several peers is several of these."""

    name: str
    direction: Direction
    peer: Peer
    services: Services
    description: str | None = ""


@dataclass(frozen=True, kw_only=True)
class SecurityGroup:
    """A stateful filter around its members: what no rule allows stays out; replies always pass."""

    name: str
    vpc: str = ""
    place: str = ""
    rules: tuple[SecurityRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AclRule:
    """One numbered line of a network ACL. ``allow`` is None where the action is not known."""

    name: str
    number: int
    direction: Direction
    allow: bool | None
    peer: Block | Unknown
    services: Services


@dataclass(frozen=True, kw_only=True)
class NetworkAcl:
    """A stateless filter around a subnet: the first matching line decides, nothing matching means no."""

    name: str
    vpc: str = ""
    rules: tuple[AclRule, ...] = ()
    is_default: bool = False

    def lines(self, direction: Direction) -> tuple[AclRule, ...]:
        """The lines of one direction in the order in which AWS reads them."""
        return tuple(sorted((rule for rule in self.rules if rule.direction is direction), key=lambda rule: rule.number))
