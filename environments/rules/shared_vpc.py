"""Environments in one existing VPC: what AWS allows only once in a VPC or a route table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from environments.errors import Problem
from environments.model import Environment
from environments.sections.network import ExistingNetwork


def shared_vpc_conflicts(environments: Sequence[Environment]) -> Iterator[tuple[str, Problem]]:
    """Two gateway endpoints in a route table, and two sets of interface endpoints with private DNS in a VPC.

    Source: https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html and
    https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
    """
    for first, second in combinations(environments, 2):
        existing, other = second.network.existing, first.network.existing
        if existing and other and existing.vpc_id == other.vpc_id:
            yield from ((second.name, problem) for problem in _route_tables(existing, other, first.name))
            if _makes_endpoints(first) and _makes_endpoints(second):
                yield (
                    second.name,
                    Problem(
                        "network.existing.endpoints_security_group_id",
                        f"missing: {first.name} already creates the interface endpoints of {existing.vpc_id}. Fix: "
                        "name their security group",
                    ),
                )


def _route_tables(existing: ExistingNetwork, other: ExistingNetwork, owner: str) -> Iterator[Problem]:
    for index, table in enumerate(existing.application_route_table_ids):
        if table in other.application_route_table_ids:
            yield Problem(
                f"network.existing.application_route_table_ids[{index}]",
                f"{owner} already adds the S3 gateway endpoint to {table}. Fix: remove it",
            )


def _makes_endpoints(environment: Environment) -> bool:
    existing = environment.network.existing
    return environment.network.egress == "none" and not (existing and existing.endpoints_security_group_id)
