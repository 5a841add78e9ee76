"""What constructs need to know of a VPC, ours or somebody else's."""

from __future__ import annotations

from dataclasses import dataclass

from modules.core.flows import Flows


@dataclass(frozen=True)
class NetworkReference:
    """A VPC with its three tiers; ``cidr`` is its IPv4 block."""

    vpc_id: str
    cidr: str
    public_subnet_ids: list[str]
    application_subnet_ids: list[str]
    data_subnet_ids: list[str]
    flows: Flows
