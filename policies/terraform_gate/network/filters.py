"""Security groups and network ACLs as plain values.

Every name is an opaque string (a Terraform address in practice). A value that is not known before the apply is
`Unknown`, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from terraform_gate.network.ranges import Ranges


@dataclass(frozen=True)
class Block:
    """A peer given by addresses: a CIDR block or the entries of a prefix list."""

    ranges: Ranges
    text: str


@dataclass(frozen=True)
class Members:
    """A peer given by membership of a security group."""

    group: str


@dataclass(frozen=True)
class ServicePrefixes:
    """A peer given by an AWS-managed prefix list: the public addresses of an AWS service."""

    name: str


@dataclass(frozen=True)
class Unknown:
    """A value that is not known before the apply.

    Attributes:
        expression: The Terraform expression that it depends on.
        is_group: Whether it is a security group, which contains no internet address.
    """

    expression: str
    is_group: bool = False


Peer = Block | Members | ServicePrefixes | Unknown
Services = Ranges | Unknown


class Direction(StrEnum):
    """The direction of a rule, seen from the guarded endpoint or subnet."""

    INGRESS = "ingress"
    EGRESS = "egress"

    @property
    def opposite(self) -> Direction:
        """The direction of the replies."""
        return Direction.EGRESS if self is Direction.INGRESS else Direction.INGRESS


@dataclass(frozen=True, kw_only=True)
class SecurityRule:
    """One rule of a security group with one peer; a Terraform rule with several peers becomes several of these."""

    name: str
    direction: Direction
    peer: Peer
    services: Services
    description: str | None = ""


@dataclass(frozen=True, kw_only=True)
class SecurityGroup:
    """A stateful filter around its members: traffic needs a rule, replies do not.

    ``endpoint_name`` is the name of its members in declared flows.
    """

    name: str
    vpc: str = ""
    endpoint_name: str = ""
    rules: tuple[SecurityRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AclEntry:
    """One numbered entry of a network ACL. ``allow`` is None if the action is not known."""

    name: str
    number: int
    direction: Direction
    allow: bool | None
    peer: Block | Unknown
    services: Services


@dataclass(frozen=True, kw_only=True)
class NetworkAcl:
    """A stateless filter around subnets: the first matching entry decides; without a match traffic is denied."""

    name: str
    vpc: str = ""
    entries: tuple[AclEntry, ...] = ()
    is_default: bool = False

    def in_order(self, direction: Direction) -> tuple[AclEntry, ...]:
        """The entries of one direction in order of rule number, as AWS evaluates them."""
        return tuple(
            sorted((entry for entry in self.entries if entry.direction is direction), key=lambda entry: entry.number)
        )
