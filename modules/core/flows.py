"""Who may connect to whom: declared once, read by security groups, NACLs and policies."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

Tier = Literal["public", "application", "data", "internet"]

ANYWHERE = ("0.0.0.0/0",)


@dataclass(frozen=True, order=True)
class Place:
    """An end of a flow. ``name`` is a component or backing service; ``cidrs`` is set for the outside only."""

    name: str
    tier: Tier
    cidrs: tuple[str, ...] = ()


INTERNET = Place(name="internet", tier="internet", cidrs=ANYWHERE)
# Amazon's public addresses, behind the gateway endpoint: no NAT gateway takes part.
S3 = Place(name="s3", tier="internet", cidrs=ANYWHERE)


@dataclass(frozen=True, order=True)
class Flow:
    """One declared permission to connect; replies are implied. ``port`` is the destination's."""

    source: Place
    destination: Place
    port: int
    why: str = field(compare=False)
    protocol: str = "tcp"

    def as_data(self) -> dict[str, object]:
        """The flow as it travels in synthesized JSON, where policies find it."""
        return asdict(self)


class Flows:
    """The flows of one environment: one list, shared by its stacks."""

    def __init__(self) -> None:
        self.declared: list[Flow] = []

    def declare(self, flow: Flow) -> None:
        if flow not in self.declared:
            self.declared.append(flow)

    def as_data(self) -> list[dict[str, object]]:
        return [flow.as_data() for flow in sorted(self.declared)]
