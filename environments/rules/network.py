"""Addresses that AWS accepts and that hold what will live in them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from environments.derived.service_counts import service_counts
from environments.errors import Problem
from environments.facts.regions import zone_is_in
from environments.model import Environment
from environments.rules.registry import rule
from environments.sections.network import ExistingNetwork

LARGEST_PREFIX, SMALLEST_PREFIX = 16, 21
AWS_KEEPS = 5
"""Addresses that AWS keeps in every subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
APPLICATION_SUBNETS = 16
"""A quarter of the VPC's addresses is the application tier, shared out among up to four zones."""
ENDPOINTS = 10
"""Interface endpoints in each application subnet when there is no NAT."""


@rule("network", "region")
def zones_are_in_the_region(environment: Environment) -> Iterator[Problem]:
    """Zones belong to the region, each once."""
    zones = environment.network.zones
    for index, zone in enumerate(zones):
        path = f"network.zones[{index}]"
        if not zone_is_in(zone, environment.region):
            yield Problem(path, f"must be a zone of {environment.region}, such as {environment.region}a, got {zone!r}")
        elif zone in zones[:index]:
            yield Problem(path, f"{zone!r} stands twice: subnets of one zone fail together")


@rule("network")
def cidr_has_a_size(environment: Environment) -> Iterator[Problem]:
    """AWS makes VPCs of /16 to /28; three tiers of three zones need /21 at least, in private space."""
    network = environment.network
    block = ipaddress.IPv4Network(network.cidr)
    if network.existing is None and not LARGEST_PREFIX <= block.prefixlen <= SMALLEST_PREFIX:
        yield Problem(
            "network.cidr",
            f"must be /{LARGEST_PREFIX} to /{SMALLEST_PREFIX}, got {block}: "
            + ("AWS makes no larger VPC" if block.prefixlen < LARGEST_PREFIX else "the subnets of three zones need it"),
        )
    if not block.is_private:
        yield Problem(
            "network.cidr", f"must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, got {block}: public addresses"
        )


@rule("network")
def cidr_is_said_once(environment: Environment) -> Iterator[Problem]:
    """An existing network has the CIDR block that it has."""
    network = environment.network
    if network.existing and network.cidr != network.existing.cidr:
        yield Problem("network.cidr", f"contradicts network.existing.cidr {network.existing.cidr}: remove the key")


@rule("network")
def existing_subnets_match_zones(environment: Environment) -> Iterator[Problem]:
    """N1: one existing subnet of each tier in every zone."""
    existing = environment.network.existing
    if existing is None:
        return
    zones = len(environment.network.zones)
    for key, ids in _tiers(existing):
        if len(ids) != zones:
            yield Problem(f"network.existing.{key}", f"must name {zones} subnets, one for each zone, got {len(ids)}")
    yield from _claimed_twice(existing)


def _tiers(existing: ExistingNetwork) -> Iterator[tuple[str, tuple[str, ...]]]:
    for tier in ("public", "application", "data"):
        key = f"{tier}_subnet_ids"
        yield key, getattr(existing, key)


def _claimed_twice(existing: ExistingNetwork) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, ids in _tiers(existing):
        for index, subnet in enumerate(ids):
            path = f"network.existing.{key}[{index}]"
            if first.setdefault(subnet, path) != path:
                yield Problem(path, f"{subnet!r} is {first[subnet]} too: a subnet has one tier")


@rule("network", "topology", "components", "workers")
def application_subnets_hold_every_task(environment: Environment) -> Iterator[Problem]:
    """Each Fargate task has an address; a deployment needs twice as many for a while."""
    network = environment.network
    block = ipaddress.IPv4Network(network.cidr)
    if network.existing is not None or not LARGEST_PREFIX <= block.prefixlen <= SMALLEST_PREFIX:
        return
    subnet = block.num_addresses // APPLICATION_SUBNETS
    offered = len(network.zones) * (subnet - AWS_KEEPS - (ENDPOINTS if network.egress == "none" else 0))
    needed = 2 * _tasks(environment)
    if needed > offered:
        yield Problem(
            "network.cidr",
            f"at its largest scale the environment needs {needed} addresses (twice {needed // 2} Fargate tasks, for "
            f"deployments), the application subnets of {block} have {offered}: take a larger block",
        )


def _tasks(environment: Environment) -> int:
    return sum(most for _, most in service_counts(environment).values())


@rule("network", "dags")
def repository_is_within_reach(environment: Environment) -> Iterator[Problem]:
    """A VPC of our own without NAT reaches AWS and nothing else; an existing one may have ways of its own."""
    network, dags = environment.network, environment.dags
    if network.egress == "none" and network.existing is None and dags.delivery != "baked":
        yield Problem(
            "network.egress",
            f"none leaves no way to the repository of dags.delivery {dags.delivery}: "
            "take single_nat or nat_per_zone, or bake the DAG files into the image",
        )
