"""Where each resource type states its subnets, security groups and public address: one line for each type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_gate.network.model import Kind
from terraform_gate.network.reading.reader import Reader
from terraform_gate.network.reading.routes import is_gateway_endpoint
from terraform_gate.terraform_resource import Resource, items


@dataclass(frozen=True)
class EndpointType:
    """How one resource type is read.

    Attributes:
        subnets: path of the subnets in the resource's body.
        groups: path of the security groups in the resource's body.
        subnet_group: the argument that names a subnet group, and the type of the subnet group.
        port: the TCP port that it listens on if no argument states it.
    """

    kind: Kind
    subnets: tuple[str | int, ...] = ()
    groups: tuple[str | int, ...] = ()
    subnet_group: tuple[str, str] | None = None
    port: int | None = None


def _in(block: tuple[str, ...], subnets: str, groups: str, kind: Kind, port: int | None = None) -> EndpointType:
    return EndpointType(kind, subnets=(*block, subnets), groups=(*block, groups), port=port)


def _store(argument: str, group: str, port: int | None, groups: str = "vpc_security_group_ids") -> EndpointType:
    return EndpointType(Kind.DATA_STORE, subnet_group=(argument, group), groups=(groups,), port=port)


_PIPE = ("target_parameters", "ecs_task_parameters", "network_configuration", "aws_vpc_configuration")
_ECS, _STORE = Kind.LINUX_TASK, Kind.DATA_STORE
ENDPOINT_TYPES = {
    "aws_ecs_service": _in(("network_configuration",), "subnets", "security_groups", _ECS),
    "aws_scheduler_schedule": _in(
        ("target", "ecs_parameters", "network_configuration"), "subnets", "security_groups", _ECS
    ),
    "aws_cloudwatch_event_target": _in(("ecs_target", "network_configuration"), "subnets", "security_groups", _ECS),
    "aws_ecs_task_set": _in(("network_configuration",), "subnets", "security_groups", _ECS),
    "aws_pipes_pipe": _in(_PIPE, "subnets", "security_groups", _ECS),
    "aws_batch_compute_environment": _in(("compute_resources",), "subnets", "security_group_ids", _ECS),
    "aws_codebuild_project": _in(("vpc_config",), "subnets", "security_group_ids", _ECS),
    "aws_mwaa_environment": _in(("network_configuration",), "subnet_ids", "security_group_ids", _ECS),
    "aws_lambda_function": _in(("vpc_config",), "subnet_ids", "security_group_ids", _ECS),
    "aws_instance": _in((), "subnet_id", "vpc_security_group_ids", Kind.OTHER),
    "aws_lb": _in((), "subnets", "security_groups", Kind.LOAD_BALANCER),
    "aws_alb": _in((), "subnets", "security_groups", Kind.LOAD_BALANCER),
    "aws_elb": _in((), "subnets", "security_groups", Kind.LOAD_BALANCER),
    "aws_vpc_endpoint": _in((), "subnet_ids", "security_group_ids", Kind.INTERFACE_ENDPOINT, 443),
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
SUBNET_GROUPS = tuple(
    dict.fromkeys(
        endpoint_type.subnet_group[1] for endpoint_type in ENDPOINT_TYPES.values() if endpoint_type.subnet_group
    )
)
"""Types of subnet groups: the subnets in them are the data tier."""


def resources_in_vpcs(reader: Reader) -> Iterator[tuple[Resource, EndpointType]]:
    """Yield every resource that is in a VPC, in the order of ``ENDPOINT_TYPES``."""
    for kind, endpoint_type in ENDPOINT_TYPES.items():
        for resource in reader.configuration.of_type(kind):
            is_route = kind == "aws_vpc_endpoint" and is_gateway_endpoint(reader, resource)
            if not is_route and (resource.get(*endpoint_type.groups) or subnet_ids(reader, resource, endpoint_type)):
                yield resource, endpoint_type


def subnet_ids(reader: Reader, resource: Resource, endpoint_type: EndpointType) -> tuple[Any, ...]:
    """Return the subnets of a resource as they are written, through its subnet group if it has one."""
    if endpoint_type.subnet_group is None:
        mapped = tuple(block.get("subnet_id") for block in resource.blocks("subnet_mapping"))
        return (*items(resource.get(*endpoint_type.subnets)), *mapped)
    argument, kind = endpoint_type.subnet_group
    value = resource.body.get(argument)
    found = reader.configuration.find(value) or _called(reader, kind, value)
    if found is not None:
        return items(found.body.get("subnet_ids"))
    return (str(value),) if value is not None else ()


def _called(reader: Reader, kind: str, name: Any) -> Resource | None:
    named = (item for item in reader.configuration.of_type(kind) if item.body.get("name") == name is not None)
    return next(named, None)


PUBLIC_ADDRESS: Mapping[str, tuple[str, ...]] = {
    "aws_ecs_service": ("network_configuration", "assign_public_ip"),
    "aws_scheduler_schedule": ("target", "ecs_parameters", "network_configuration", "assign_public_ip"),
    "aws_cloudwatch_event_target": ("ecs_target", "network_configuration", "assign_public_ip"),
    "aws_ecs_task_set": ("network_configuration", "assign_public_ip"),
    "aws_pipes_pipe": (*_PIPE, "assign_public_ip"),
    "aws_instance": ("associate_public_ip_address",),
    "aws_spot_instance_request": ("associate_public_ip_address",),
    "aws_launch_configuration": ("associate_public_ip_address",),
    "aws_launch_template": ("network_interfaces", "associate_public_ip_address"),
    "aws_db_instance": ("publicly_accessible",),
    "aws_rds_cluster_instance": ("publicly_accessible",),
    "aws_redshift_cluster": ("publicly_accessible",),
    "aws_redshiftserverless_workgroup": ("publicly_accessible",),
    "aws_dms_replication_instance": ("publicly_accessible",),
    "aws_mq_broker": ("publicly_accessible",),
}
"""Resource type -> path of the argument that assigns a public address."""


def has_public_address(reader: Reader, resource: Resource) -> bool:
    """Whether the internet can address the resource; unknown values count as yes."""
    if resource.type in {"aws_lb", "aws_alb", "aws_elb"}:
        return not _is_true(reader, resource.body.get("internal"))
    return _may_be_true(reader, resource.get(*PUBLIC_ADDRESS.get(resource.type, ("publicly_accessible",))))


def may_lack_groups(resource: Resource) -> bool:
    """Whether AWS gives the resource no security group when it names none: network and gateway load balancers."""
    return resource.get("load_balancer_type") in ("network", "gateway")


def _is_true(reader: Reader, value: Any) -> bool:
    return reader.plain(value) in (True, "true")


def _may_be_true(reader: Reader, value: Any) -> bool:
    return not reader.is_absent(value) and reader.plain(value) not in (False, "false")
