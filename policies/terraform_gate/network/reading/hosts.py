"""Where each type of resource says in which subnets and groups it stands: one line a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from terraform_gate.network.model import Kind
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.routes import is_gateway_endpoint
from terraform_gate.network.reading.values import Reader
from terraform_gate.network.services import services
from terraform_gate.terraform_resource import Resource, items

LAST_PORT = 65535
_ENGINES = {
    "postgres": 5432,
    "aurora-postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora-mysql": 3306,
    "oracle": 1521,
    "sqlserver": 1433,
    "memcached": 11211,
    "redis": 6379,
    "valkey": 6379,
}


@dataclass(frozen=True)
class HostType:
    """How one type of resource is read.

    Paths lead into its body; ``subnet_group`` is (argument, type of the subnet group).
    """

    kind: Kind
    subnets: tuple[str | int, ...] = ()
    groups: tuple[str | int, ...] = ()
    subnet_group: tuple[str, str] | None = None
    port: int | None = None


def _in(block: tuple[str, ...], subnets: str, groups: str, kind: Kind, port: int | None = None) -> HostType:
    return HostType(kind, subnets=(*block, subnets), groups=(*block, groups), port=port)


def _store(argument: str, group: str, port: int | None, groups: str = "vpc_security_group_ids") -> HostType:
    return HostType(Kind.DATA_STORE, subnet_group=(argument, group), groups=(groups,), port=port)


_ECS, _STORE = Kind.LINUX_TASK, Kind.DATA_STORE
HOSTS = {
    "aws_ecs_service": _in(("network_configuration",), "subnets", "security_groups", _ECS),
    "aws_scheduler_schedule": _in(
        ("target", "ecs_parameters", "network_configuration"), "subnets", "security_groups", _ECS
    ),
    "aws_cloudwatch_event_target": _in(("ecs_target", "network_configuration"), "subnets", "security_groups", _ECS),
    "aws_mwaa_environment": _in(("network_configuration",), "subnet_ids", "security_group_ids", _ECS),
    "aws_lambda_function": _in(("vpc_config",), "subnet_ids", "security_group_ids", _ECS),
    "aws_instance": _in((), "subnet_id", "vpc_security_group_ids", Kind.OTHER),
    "aws_lb": _in((), "subnets", "security_groups", Kind.LOAD_BALANCER),
    "aws_alb": _in((), "subnets", "security_groups", Kind.LOAD_BALANCER),
    "aws_elb": _in((), "subnets", "security_groups", Kind.LOAD_BALANCER),
    "aws_vpc_endpoint": _in((), "subnet_ids", "security_group_ids", Kind.ENDPOINT, 443),
    "aws_efs_mount_target": _in((), "subnet_id", "security_groups", _STORE, 2049),
    "aws_db_proxy": _in((), "vpc_subnet_ids", "vpc_security_group_ids", _STORE, 5432),
    "aws_elasticache_serverless_cache": _in((), "subnet_ids", "security_group_ids", _STORE, 6379),
    "aws_opensearch_domain": _in(("vpc_options",), "subnet_ids", "security_group_ids", _STORE, 443),
    "aws_db_instance": _store("db_subnet_group_name", "aws_db_subnet_group", None),
    "aws_rds_cluster": _store("db_subnet_group_name", "aws_db_subnet_group", None),
    "aws_docdb_cluster": _store("db_subnet_group_name", "aws_docdb_subnet_group", 27017),
    "aws_neptune_cluster": _store("neptune_subnet_group_name", "aws_neptune_subnet_group", 8182),
    "aws_redshift_cluster": _store("cluster_subnet_group_name", "aws_redshift_subnet_group", 5439),
    "aws_memorydb_cluster": _store("subnet_group_name", "aws_memorydb_subnet_group", 6379, "security_group_ids"),
    "aws_elasticache_cluster": _store("subnet_group_name", "aws_elasticache_subnet_group", None, "security_group_ids"),
    "aws_elasticache_replication_group": _store(
        "subnet_group_name", "aws_elasticache_subnet_group", None, "security_group_ids"
    ),
}
SUBNET_GROUPS = tuple(dict.fromkeys(host.subnet_group[1] for host in HOSTS.values() if host.subnet_group))
"""Types of subnet groups: the subnets in them are the data tier."""

LISTENERS = ("aws_lb_listener", "aws_alb_listener")


def standing_hosts(reader: Reader) -> Iterator[tuple[Resource, HostType]]:
    """Every resource that stands in a VPC, in file order by type."""
    for kind, host in HOSTS.items():
        for resource in reader.configuration.of_type(kind):
            is_route = kind == "aws_vpc_endpoint" and is_gateway_endpoint(reader, resource)
            if not is_route and (resource.get(*host.groups) or subnet_ids(reader, resource, host)):
                yield resource, host


def subnet_ids(reader: Reader, resource: Resource, host: HostType) -> tuple[Any, ...]:
    """The subnets of a resource as they are written, through its subnet group where it has one."""
    if host.subnet_group is None:
        mapped = tuple(block.get("subnet_id") for block in resource.blocks("subnet_mapping"))
        return (*items(resource.get(*host.subnets)), *mapped)
    argument, kind = host.subnet_group
    value = resource.body.get(argument)
    found = reader.configuration.find(value) or _called(reader, kind, value)
    if found is not None:
        return items(found.body.get("subnet_ids"))
    return (str(value),) if value is not None else ()


def _called(reader: Reader, kind: str, name: Any) -> Resource | None:
    named = (item for item in reader.configuration.of_type(kind) if item.body.get("name") == name is not None)
    return next(named, None)


def has_public_address(reader: Reader, resource: Resource) -> bool:
    """Whether the internet can address the resource; what is not known counts as yes."""
    tests: dict[str, Callable[[], Any]] = {
        "aws_lb": lambda: not _true(reader, resource.body.get("internal")),
        "aws_ecs_service": lambda: _maybe(reader, resource.get("network_configuration", "assign_public_ip")),
        "aws_instance": lambda: _maybe(reader, resource.body.get("associate_public_ip_address")),
        "aws_scheduler_schedule": lambda: _maybe(
            reader, resource.get("target", "ecs_parameters", "network_configuration", "assign_public_ip")
        ),
        "aws_cloudwatch_event_target": lambda: _maybe(
            reader, resource.get("ecs_target", "network_configuration", "assign_public_ip")
        ),
    }
    tests |= {"aws_alb": tests["aws_lb"], "aws_elb": tests["aws_lb"]}
    public = tests.get(resource.type, lambda: _maybe(reader, resource.body.get("publicly_accessible")))
    return bool(public())


def _true(reader: Reader, value: Any) -> bool:
    return reader.plain(value) in (True, "true")


def _maybe(reader: Reader, value: Any) -> bool:
    return not reader.is_unwritten(value) and reader.plain(value) not in (False, "false")


def listening_ports(reader: Reader, resource: Resource, host: HostType) -> Ranges | None:
    """What the resource listens on, None where nothing says so."""
    if host.kind is Kind.LOAD_BALANCER:
        return Ranges.union(_listened(reader, resource))
    port = reader.number(resource.body.get("port"))
    if _is_port(port):
        return services("tcp", port, port)
    engine = str(resource.body.get("engine") or ("redis" if "elasticache" in resource.type else ""))
    known = next((number for name, number in _ENGINES.items() if engine.startswith(name)), host.port)
    return services("tcp", known, known) if known is not None and port is None else None


def _is_port(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and 0 <= value <= LAST_PORT


def _listened(reader: Reader, balancer: Resource) -> Iterator[Ranges]:
    for listener in reader.configuration.of_type(*LISTENERS):
        port = reader.number(listener.body.get("port"))
        if reader.name(listener.body.get("load_balancer_arn")) == balancer.key and _is_port(port):
            is_udp = "UDP" in str(listener.body.get("protocol"))
            yield services("udp" if is_udp else "tcp", port, port)
    for block in balancer.blocks("listener"):
        port = reader.number(block.get("lb_port"))
        if _is_port(port):
            yield services("tcp", port, port)
