"""Reads services, task definitions, secrets and backing services of a cluster from the AWS API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_harness.verification import Aws

from local.containers.definition import ContainerDefinition, read_all


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """The log group of a container, and the prefix of its log streams."""

    group: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """A registered task definition.

    Args:
        task_role: ARN of the role of its processes.
        execution_role: ARN of the role with which ECS starts it.
        logs: log group by the name of the container.
        cpu: CPU units; 0 where the definition has none.
        memory_mib: memory in MiB; 0 where the definition has none.
    """

    arn: str
    family: str
    containers: tuple[ContainerDefinition, ...]
    volumes: tuple[str, ...]
    cpu: int = 0
    memory_mib: int = 0
    task_role: str = ""
    execution_role: str = ""
    logs: Mapping[str, LogGroup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An ECS service.

    Args:
        desired: desired number of tasks.
        task_definition: ARN of the current task definition.
        port: container port of its load balancer.
        names: DNS names of its tasks inside the network.
        checks_health: whether the names answer with healthy tasks only, not with each task that has started.
        subnets: ids of the subnets of its tasks.
        groups: ids of the security groups of its tasks.
    """

    name: str
    desired: int
    task_definition: str
    port: int | None
    names: tuple[str, ...]
    checks_health: bool = False
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingService:
    """The database or the broker: its host name, the subnets that it can be in, and its security groups."""

    name: str
    host: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]


class ServiceCatalog:
    """The services of one cluster, and the task definitions, secrets and backing services of its account."""

    def __init__(self, aws: Aws, *, cluster: str) -> None:
        self._aws = aws
        self.cluster = cluster
        self._definitions: dict[str, TaskDefinition] = {}

    def services(self) -> tuple[Service, ...]:
        """Every active service of the cluster, sorted by name."""
        ecs = self._aws.client("ecs")
        arns = [
            arn
            for page in ecs.get_paginator("list_services").paginate(cluster=self.cluster)
            for arn in page["serviceArns"]
        ]
        # DescribeServices takes up to ten services.
        described = [
            service
            for start in range(0, len(arns), 10)
            for service in ecs.describe_services(cluster=self.cluster, services=arns[start : start + 10])["services"]
        ]
        active = [service for service in described if service["status"] == "ACTIVE"]
        return tuple(sorted(map(self._service, active), key=lambda service: service.name))

    def _service(self, body: Mapping[str, Any]) -> Service:
        balancers = body.get("loadBalancers") or []
        registries = [self._registry(registry["registryArn"]) for registry in body.get("serviceRegistries") or []]
        interface = (body.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
        return Service(
            name=body["serviceName"],
            desired=body["desiredCount"],
            task_definition=body["taskDefinition"],
            port=balancers[0]["containerPort"] if balancers else None,
            names=tuple(map(self._dns_name, registries)),
            checks_health=any("HealthCheckCustomConfig" in registry for registry in registries),
            subnets=tuple(interface.get("subnets", ())),
            groups=tuple(interface.get("securityGroups", ())),
        )

    def _registry(self, arn: str) -> Mapping[str, Any]:
        cloud_map = self._aws.client("servicediscovery")
        found: Mapping[str, Any] = cloud_map.get_service(Id=arn.rsplit("/", 1)[1])["Service"]
        return found

    def _dns_name(self, service: Mapping[str, Any]) -> str:
        cloud_map = self._aws.client("servicediscovery")
        namespace = service.get("NamespaceId") or service["DnsConfig"]["NamespaceId"]
        return f"{service['Name']}.{cloud_map.get_namespace(Id=namespace)['Namespace']['Name']}"

    def definition(self, name: str) -> TaskDefinition:
        """The task definition with the ARN ``name``, or the newest revision of the family ``name``."""
        if name not in self._definitions:
            body = self._aws.client("ecs").describe_task_definition(taskDefinition=name)["taskDefinition"]
            self._definitions[name] = TaskDefinition(
                arn=body["taskDefinitionArn"],
                family=body["family"],
                containers=read_all(body["containerDefinitions"]),
                volumes=tuple(volume["name"] for volume in body.get("volumes") or []),
                cpu=int(body.get("cpu") or 0),
                memory_mib=int(body.get("memory") or 0),
                task_role=body.get("taskRoleArn", ""),
                execution_role=body.get("executionRoleArn", ""),
                logs=_log_groups(body["containerDefinitions"]),
            )
        return self._definitions[name]

    def client(self, service: str) -> Any:
        """A boto3 client of the account."""
        return self._aws.client(service)

    def secret(self, reference: str) -> str:
        """The decrypted value of the parameter with the ARN or name ``reference``."""
        name = parameter_name(reference)
        return str(self._aws.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    def database(self) -> BackingService:
        """The account's RDS instance."""
        (instance,) = self._aws.client("rds").describe_db_instances()["DBInstances"]
        return BackingService(
            name="metadata-database",
            host=instance["Endpoint"]["Address"],
            subnets=_subnets(instance["DBSubnetGroup"]),
            groups=tuple(group["VpcSecurityGroupId"] for group in instance["VpcSecurityGroups"]),
        )

    def broker(self) -> BackingService:
        """The account's replication group of ElastiCache; the address is that of its primary node."""
        client = self._aws.client("elasticache")
        (group,) = client.describe_replication_groups()["ReplicationGroups"]
        (cluster,) = client.describe_cache_clusters(CacheClusterId=group["MemberClusters"][0])["CacheClusters"]
        (subnets,) = client.describe_cache_subnet_groups(CacheSubnetGroupName=cluster["CacheSubnetGroupName"])[
            "CacheSubnetGroups"
        ]
        return BackingService(
            name="broker",
            host=group["NodeGroups"][0]["PrimaryEndpoint"]["Address"],
            subnets=_subnets(subnets),
            groups=tuple(item["SecurityGroupId"] for item in cluster["SecurityGroups"]),
        )

    def group(self, name: str) -> str:
        """The id of the security group called ``name``."""
        filters = [{"Name": "group-name", "Values": [name]}]
        (found,) = self._aws.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
        return str(found["GroupId"])


def _subnets(body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(subnet["SubnetIdentifier"] for subnet in body["Subnets"])


def parameter_name(reference: str) -> str:
    """The name of the parameter with the ARN or name ``reference``."""
    return reference.split(":parameter", 1)[1] if reference.startswith("arn:") else reference


def _log_groups(containers: Iterable[Mapping[str, Any]]) -> dict[str, LogGroup]:
    options = {item["name"]: (item.get("logConfiguration") or {}).get("options", {}) for item in containers}
    return {
        name: LogGroup(group=given["awslogs-group"], prefix=given["awslogs-stream-prefix"])
        for name, given in options.items()
        if given.get("awslogs-group")
    }
