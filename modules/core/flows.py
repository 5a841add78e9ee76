"""Declared flows: which component may open connections to which endpoint.

Security groups, network ACLs and the policies all read the same declaration.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Literal

Tier = Literal["public", "application", "data", "internet"]

ANYWHERE = ("0.0.0.0/0",)


def identifier(cidr: str) -> str:
    """Return ``cidr`` as a part of a construct's id, so that another list of blocks does not change it.

    >>> identifier("10.0.0.0/16")
    '10-0-0-0-16'
    """
    return re.sub(r"[^0-9A-Za-z]+", "-", cidr).strip("-")


@dataclass(frozen=True, order=True)
class Endpoint:
    """The source or the destination of a flow.

    Args:
        name: name of a component or a backing service.
        tier: subnet tier of the endpoint, or ``internet``.
        cidrs: IPv4 blocks of an endpoint outside the VPC; empty inside.
    """

    name: str
    tier: Tier
    cidrs: tuple[str, ...] = ()


INTERNET = Endpoint(name="internet", tier="internet", cidrs=ANYWHERE)
# S3's public addresses, reached through the gateway endpoint: no NAT gateway takes part.
S3 = Endpoint(name="s3", tier="internet", cidrs=ANYWHERE)


@dataclass(frozen=True, order=True)
class Flow:
    """A declared permission to connect; replies are implied.

    Args:
        source: endpoint that opens the connection.
        destination: endpoint that accepts it.
        port: port of the destination.
        why: purpose of the flow; becomes the description of its security group rules.
        protocol: IP protocol.
        last_port: last port of a range that begins with ``port``; 0 for one port.
    """

    source: Endpoint
    destination: Endpoint
    port: int
    why: str = field(compare=False)
    protocol: str = "tcp"
    last_port: int = 0

    @property
    def ports(self) -> tuple[int, int]:
        """First and last port of the destination."""
        return self.port, self.last_port or self.port

    def as_data(self) -> dict[str, object]:
        """Return the flow as the policies read it from synthesized JSON."""
        data = asdict(self)
        return data if self.last_port else {name: value for name, value in data.items() if name != "last_port"}


class Flows:
    """The declared flows of one environment, shared by its stacks."""

    def __init__(self) -> None:
        self.declared: list[Flow] = []

    def declare(self, flow: Flow) -> None:
        """Add ``flow`` unless an equal flow is already declared."""
        if flow not in self.declared:
            self.declared.append(flow)

    def as_data(self) -> list[dict[str, object]]:
        """Return all flows, sorted, as the policies read them."""
        return [flow.as_data() for flow in sorted(self.declared)]
