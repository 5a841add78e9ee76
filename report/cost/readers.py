"""How to read what AWS bills for each resource type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from terraform_gate.terraform_resource import Resource

from report.cost.fargate import service_items
from report.cost.item import Item, Read, Usage
from report.cost.profile import HOURS, Profile
from report.view import sizes


def _database(usage: Usage, resource: Resource) -> Iterator[Item]:
    copies = 2 if resource.get("multi_az") else 1
    kind, gib = resource.get("instance_class"), sizes.number(resource.get("allocated_storage"))
    address, zones = resource.address, "two zones" if copies == 2 else "one zone"
    yield Item(
        address=address,
        key="database",
        what=f"{kind}, {zones}",
        quantity=copies * usage.hours,
        price=f"rds.{resource.get('engine')}.{kind}",
    )
    yield Item(
        address=address,
        key="database",
        what=f"gp3 storage, {zones}",
        quantity=copies * gib,
        price="rds.storage.gp3",
        assumption="storage of the database does not grow",
    )


def _cache(_usage: Usage, resource: Resource) -> Iterator[Item]:
    nodes, kind = sizes.number(resource.get("num_cache_clusters", default=1)), resource.get("node_type")
    engine = resource.get("engine", default="redis")
    yield Item(
        address=resource.address,
        key="broker",
        what=f"{nodes:g} × {kind}",
        quantity=nodes * HOURS,
        price=f"elasticache.{engine}.{kind}",
    )


def _nat(usage: Usage, resource: Resource) -> Iterator[Item]:
    count = len(usage.configuration.of_type("aws_nat_gateway"))
    address, key, gb = resource.address, "network.egress", usage.profile.internet_gb
    yield Item(address=address, key=key, what="NAT gateway", quantity=HOURS, price="nat.hour")
    assumption = f"{gb:g} GB through NAT gateways"
    yield Item(address=address, key=key, what="NAT data", quantity=gb / count, price="nat.gb", assumption=assumption)


def _load_balancer(usage: Usage, resource: Resource) -> Iterator[Item]:
    address, key, lcu = resource.address, "load_balancer", usage.profile.lcu
    yield Item(address=address, key=key, what="load balancer", quantity=HOURS, price="alb.hour")
    assumption = f"{lcu:g} load balancer capacity units on average"
    yield Item(
        address=address, key=key, what="capacity units", quantity=HOURS * lcu, price="alb.lcu", assumption=assumption
    )
    if not resource.get("internal"):
        count = len(resource.values("subnets"))
        yield Item(
            address=address, key=key, what=f"{count} public IPv4 addresses", quantity=HOURS * count, price="ipv4"
        )


def _endpoint(usage: Usage, resource: Resource) -> Iterator[Item]:
    if resource.get("vpc_endpoint_type") != "Interface":
        return
    zones = len(resource.values("subnet_ids"))
    listed = usage.configuration.of_type("aws_vpc_endpoint")
    count = sum(item.get("vpc_endpoint_type") == "Interface" for item in listed)
    address, key, gb = resource.address, "network.egress", usage.profile.endpoint_gb
    yield Item(
        address=address, key=key, what=f"endpoint in {zones} zones", quantity=zones * HOURS, price="endpoint.hour"
    )
    assumption = f"{gb:g} GB through interface endpoints"
    yield Item(
        address=address, key=key, what="endpoint data", quantity=gb / count, price="endpoint.gb", assumption=assumption
    )


def _proxy(_usage: Usage, resource: Resource) -> Iterator[Item]:
    yield Item(
        address=resource.address,
        key="database.proxy",
        what="RDS Proxy, 2 vCPU",
        quantity=2 * HOURS,
        price="rds.proxy.vcpu",
        assumption="RDS Proxy: the smallest billed size",
    )


def _firewall(_usage: Usage, resource: Resource) -> Iterator[Item]:
    rules = len(resource.values("rule"))
    yield Item(address=resource.address, key="load_balancer.waf", what="web ACL", quantity=1, price="waf.acl")
    yield Item(
        address=resource.address, key="load_balancer.waf", what=f"{rules} rules", quantity=rules, price="waf.rule"
    )


def _log_group(usage: Usage, resource: Resource) -> Iterator[Item]:
    count = len(usage.configuration.of_type("aws_cloudwatch_log_group"))
    assumption = f"{usage.profile.log_gb:g} GB of logs in all log groups"
    yield Item(
        address=resource.address,
        key="logs",
        what="log ingestion",
        quantity=usage.profile.log_gb / count,
        price="logs.gb",
        assumption=assumption,
    )


def _flat(key: str, what: str, price: str, quantity: float = 1) -> Read:
    def read(_usage: Usage, resource: Resource) -> Iterator[Item]:
        yield Item(address=resource.address, key=key, what=what, quantity=quantity, price=price)

    return read


def _stored(key: str, what: str, price: str, amount: Callable[[Profile], float]) -> Read:
    def read(usage: Usage, resource: Resource) -> Iterator[Item]:
        gb = amount(usage.profile)
        yield Item(
            address=resource.address, key=key, what=what, quantity=gb, price=price, assumption=f"{what}: {gb:g} GB"
        )

    return read


READERS: Mapping[str, Read] = {
    "aws_ecs_service": service_items,
    "aws_db_instance": _database,
    "aws_db_proxy": _proxy,
    "aws_elasticache_replication_group": _cache,
    "aws_nat_gateway": _nat,
    "aws_eip": _flat("network.egress", "public IPv4 address", "ipv4", HOURS),
    "aws_lb": _load_balancer,
    "aws_vpc_endpoint": _endpoint,
    "aws_wafv2_web_acl": _firewall,
    "aws_kms_key": _flat("(always)", "KMS key", "kms.key"),
    "aws_cloudwatch_metric_alarm": _flat("alarms", "metric alarm", "alarm"),
    "aws_cloudwatch_dashboard": _flat("(always)", "dashboard", "dashboard"),
    "aws_cloudwatch_log_group": _log_group,
    "aws_s3_bucket": _stored("logs", "S3 storage", "s3.gb", lambda profile: profile.bucket_gb),
    "aws_ecr_repository": _stored("airflow", "image storage", "ecr.gb", lambda profile: profile.image_gb),
    "aws_service_discovery_private_dns_namespace": _flat("(always)", "private DNS zone", "zone"),
}
"""How to read each billed resource type."""
