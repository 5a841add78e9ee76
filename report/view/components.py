"""Reads the components of a configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.network.analysis.tiers import data_subnets, has_internet_route
from terraform_gate.network.model import Endpoint, Kind, Network
from terraform_gate.network.reading.network import network_of
from terraform_gate.terraform_resource import Resource

from report.view import sizes
from report.view.component import Component, Subnet, Tier

_KINDS = {
    "aws_ecs_service": "ECS service",
    "aws_scheduler_schedule": "Scheduled task",
    "aws_security_group": "One-off task",
    "aws_lb": "Load balancer",
    "aws_db_instance": "RDS database",
    "aws_db_proxy": "RDS Proxy",
    "aws_elasticache_replication_group": "ElastiCache",
    "aws_vpc_endpoint": "VPC endpoint",
}
_FACTS = {
    "aws_db_instance": ("engine", "engine_version", "allocated_storage", "multi_az", "backup_retention_period"),
    "aws_elasticache_replication_group": ("engine", "engine_version", "multi_az_enabled", "snapshot_retention_limit"),
    "aws_lb": ("internal", "enable_deletion_protection"),
    "aws_ecs_service": ("deployment_minimum_healthy_percent", "deployment_maximum_percent"),
    "aws_scheduler_schedule": ("schedule_expression", "schedule_expression_timezone"),
}
NAT = "NAT gateway"


def components_of(configuration: Configuration) -> Iterator[Component]:
    """Yield every endpoint of the network and its NAT gateways."""
    network = network_of(configuration)
    tiers = subnet_tiers(configuration, network)
    for endpoint in network.endpoints.values():
        yield _component(configuration, endpoint, tiers)
    if network.nat_gateways:
        count = len(network.nat_gateways)
        zones = f"{count} zone" + ("s" if count > 1 else "")
        names = tuple(sizes.short(item.subnet) for item in network.nat_gateways.values())
        yield Component(name=NAT, kind="Egress", tier=Tier.PUBLIC, size=f"in {zones}", subnets=names)


def subnets_of(configuration: Configuration) -> tuple[Subnet, ...]:
    """The subnets of the configuration, by tier and zone."""
    tiers = subnet_tiers(configuration, network_of(configuration))
    found = [
        Subnet(
            tier=tiers[resource.key],
            zone=sizes.short(str(resource.get("availability_zone", default="zone not known"))),
            cidr=sizes.short(str(resource.get("cidr_block", default="not known"))),
        )
        for resource in configuration.of_type("aws_subnet")
    ]
    return tuple(sorted(found, key=lambda subnet: (list(Tier).index(subnet.tier), subnet.zone)))


def subnet_tiers(configuration: Configuration, network: Network) -> dict[str, Tier]:
    """The tier of each subnet: public with a route to the internet, data for stores, else application."""
    data = data_subnets(configuration, network)
    return {
        name: Tier.PUBLIC if has_internet_route(network, name) else Tier.DATA if name in data else Tier.APPLICATION
        for name in network.subnets
    }


def _component(configuration: Configuration, endpoint: Endpoint, tiers: dict[str, Tier]) -> Component:
    resource = configuration.resources.get(endpoint.resource)
    if resource is None:
        return Component(name=endpoint.name, kind=str(endpoint.kind), tier=_tier(endpoint, tiers))
    task = sizes.task_definition_of(configuration, resource)
    return Component(
        name=endpoint.name,
        kind=_KINDS.get(resource.type, str(endpoint.kind)),
        tier=_tier(endpoint, tiers),
        address=resource.address,
        size=_size(configuration, resource, task),
        roles=sizes.roles_of(configuration, task) if task else (),
        secrets=sizes.secrets_of(task) if task else (),
        facts=tuple(_facts(configuration, resource)),
        subnets=tuple(sizes.short(name) for name in endpoint.subnets),
    )


def _tier(endpoint: Endpoint, tiers: dict[str, Tier]) -> Tier:
    if endpoint.kind is Kind.AWS_SERVICE:
        return Tier.SERVICES
    if endpoint.kind is Kind.INTERFACE_ENDPOINT:
        return Tier.ENDPOINTS
    if endpoint.is_outside:
        return Tier.OUTSIDE
    known = [tiers[name] for name in endpoint.subnets if name in tiers]
    by_kind = {Kind.LOAD_BALANCER: Tier.PUBLIC, Kind.DATA_STORE: Tier.DATA}
    fallback = by_kind.get(endpoint.kind, Tier.APPLICATION)
    return fallback if fallback is not Tier.APPLICATION or not known else known[0]


def _size(configuration: Configuration, resource: Resource, task: Resource | None) -> str:
    if task is None:
        return _SIZES[resource.type](resource) if resource.type in _SIZES else ""
    if resource.type != "aws_ecs_service":
        return sizes.task_size(task)
    low, high = sizes.task_counts(configuration, resource)
    count = str(low) if low == high else f"{low} to {high}"
    return f"{count} × {sizes.task_size(task)}"


def _database_size(resource: Resource) -> str:
    return f"{resource.get('instance_class')}, {'two zones' if resource.get('multi_az') else 'one zone'}"


_SIZES: Mapping[str, Callable[[Resource], str]] = {
    "aws_db_instance": _database_size,
    "aws_elasticache_replication_group": lambda item: (
        f"{item.get('num_cache_clusters', default=1)} × {item.get('node_type')}"
    ),
    "aws_lb": lambda item: "internal" if item.get("internal") else "internet-facing",
    "aws_vpc_endpoint": lambda item: f"{item.get('vpc_endpoint_type', default='Gateway')} endpoint",
}


def _facts(configuration: Configuration, resource: Resource) -> Iterator[tuple[str, str]]:
    for name in _FACTS.get(resource.type, ()):
        value = resource.get(name)
        if value is not None:
            yield name, sizes.short(str(value).lower() if isinstance(value, bool) else str(value))
    if resource.type == "aws_ecs_service":
        yield "Spot share", f"{sizes.spot_share(resource):.0%}"
    firewalls = configuration.users_of(resource, "aws_wafv2_web_acl_association")
    if firewalls:
        yield "web firewall", "AWS WAF"
