"""Zones, CIDR blocks and subnets: valid for AWS, and large enough for the environment."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from environments.derived.service_counts import most_airflow_tasks, service_counts
from environments.errors import Problem, listed
from environments.facts.quotas import VPC_PREFIX_LENGTHS
from environments.facts.regions import zone_is_in
from environments.model import Environment
from environments.rules.airflow import GIT
from environments.rules.registry import rule
from environments.sections.network import ExistingNetwork

LARGEST_PREFIX, SMALLEST_PREFIX = VPC_PREFIX_LENGTHS[0], 21
PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""RFC 1918. AWS rejects 0/8, 127/8, 169.254/16 and multicast; internet hosts in a public block would be
unreachable."""
SHARED = ipaddress.IPv4Network("100.64.0.0/10")
"""RFC 6598, which organizations use for existing VPCs."""
AWS_RESERVED = 5
"""Addresses that AWS reserves in every subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
APPLICATION_SUBNETS = 16
"""The application tier has a quarter of the VPC's addresses, divided among up to four zones: a sixteenth for each."""
ZONE_BLOCKS = 4
"""Address blocks of a tier, by the letter of the zone: see modules/core/addressing.py."""
ENDPOINTS = 10
"""Interface endpoints in each application subnet when there is no NAT."""


@rule("network", "region")
def zones_are_in_the_region(environment: Environment) -> Iterator[Problem]:
    """Zones belong to the region and are listed once."""
    zones = environment.network.zones
    for index, zone in enumerate(zones):
        path = f"network.zones[{index}]"
        if not zone_is_in(zone, environment.region):
            yield Problem(path, f"must be a zone of {environment.region}, such as {environment.region}a, got {zone!r}")
        elif zone in zones[:index]:
            yield Problem(path, f"{zone!r} is listed twice: subnets in the same zone fail together")
        else:
            yield from _shared_block(path, zone, zones[:index])


def _shared_block(path: str, zone: str, others: tuple[str, ...]) -> Iterator[Problem]:
    """The addresses of a subnet depend on the letter of its zone, and a tier has four blocks."""
    for other in others:
        if zone and other and (ord(zone[-1]) - ord(other[-1])) % ZONE_BLOCKS == 0:
            yield Problem(
                path,
                f"subnets in {zone!r} would have the same addresses as subnets in {other!r}. Fix: replace one of the "
                "two zones",
            )


@rule("network")
def cidr_has_a_size(environment: Environment) -> Iterator[Problem]:
    """The CIDR block is private, at most /16 (a limit of AWS) and at least /21 (three tiers in three zones)."""
    network = environment.network
    block = ipaddress.IPv4Network(network.cidr)
    if network.existing is None and not LARGEST_PREFIX <= block.prefixlen <= SMALLEST_PREFIX:
        yield Problem(
            "network.cidr",
            f"must be /{LARGEST_PREFIX} to /{SMALLEST_PREFIX}, got {block}: "
            + (
                "AWS allows no larger VPC"
                if block.prefixlen < LARGEST_PREFIX
                else "the subnets of three zones need more addresses"
            ),
        )
    private = [range_ for range_ in PRIVATE if block.subnet_of(range_)]
    if not private and not (network.existing and block.subnet_of(SHARED)):
        yield Problem(
            "network.cidr",
            f"must be within {listed(PRIVATE)}, got {block}{', which is public' if block.is_global else ''}. Fix: "
            "use a private block",
        )


@rule("network")
def cidr_of_an_existing_network_matches(environment: Environment) -> Iterator[Problem]:
    """The CIDR block of an existing network is given once."""
    network = environment.network
    if network.existing and network.cidr != network.existing.cidr:
        yield Problem("network.cidr", f"contradicts network.existing.cidr {network.existing.cidr}. Fix: remove the key")


@rule("network")
def existing_endpoints_are_used(environment: Environment) -> Iterator[Problem]:
    """Components use interface endpoints only in a network with egress ``none``."""
    network = environment.network
    if network.existing and network.existing.endpoints_security_group_id and network.egress != "none":
        yield Problem(
            "network.existing.endpoints_security_group_id",
            f"has no effect with network.egress {network.egress}. Fix: set network.egress: none, or remove the key",
        )


@rule("network")
def existing_subnets_match_zones(environment: Environment) -> Iterator[Problem]:
    """An existing network has one subnet of each tier in every zone."""
    existing = environment.network.existing
    if existing is None:
        return
    zones = len(environment.network.zones)
    for key, ids in _tiers(existing):
        if len(ids) != zones:
            yield Problem(f"network.existing.{key}", f"must list {zones} subnets, one for each zone, got {len(ids)}")
    yield from _used_twice(existing)


def _tiers(existing: ExistingNetwork) -> Iterator[tuple[str, tuple[str, ...]]]:
    for tier in ("public", "application", "data"):
        key = f"{tier}_subnet_ids"
        yield key, getattr(existing, key)


def _used_twice(existing: ExistingNetwork) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, ids in _tiers(existing):
        for index, subnet in enumerate(ids):
            path = f"network.existing.{key}[{index}]"
            if first.setdefault(subnet, path) != path:
                yield Problem(path, f"{subnet!r} is also {first[subnet]}: a subnet belongs to one tier")


@rule("network", "topology", "components", "workers", "ecs_executor")
def application_subnets_hold_every_task(environment: Environment) -> Iterator[Problem]:
    """The application subnets have an address for each Fargate task, twice as many during a deployment."""
    network = environment.network
    block = ipaddress.IPv4Network(network.cidr)
    if network.existing is not None or not LARGEST_PREFIX <= block.prefixlen <= SMALLEST_PREFIX:
        return
    subnet = block.num_addresses // APPLICATION_SUBNETS
    offered = len(network.zones) * (subnet - AWS_RESERVED - (ENDPOINTS if network.egress == "none" else 0))
    services, airflow_tasks = _tasks(environment), most_airflow_tasks(environment)
    needed = 2 * services + airflow_tasks
    if needed > offered:
        more = f", and {airflow_tasks} of ecs_executor" if airflow_tasks else ""
        yield Problem(
            "network.cidr",
            f"at its largest scale the environment needs {needed} addresses (twice {services} Fargate tasks, for "
            f"deployments{more}), the application subnets of {block} have {offered}. Fix: use a larger block",
        )


def _tasks(environment: Environment) -> int:
    return sum(most for _, most in service_counts(environment).values())


@rule("network", "dags")
def repository_is_reachable(environment: Environment) -> Iterator[Problem]:
    """A VPC without NAT reaches AWS only, and S3 through a gateway endpoint; an existing VPC may have other routes."""
    network, dags = environment.network, environment.dags
    if network.egress == "none" and network.existing is None and dags.delivery in GIT:
        yield Problem(
            "network.egress",
            f"must not be none: dags.delivery {dags.delivery} needs access to the repository. Fix: "
            "use single_nat or nat_per_zone, or dags.delivery baked or s3",
        )
