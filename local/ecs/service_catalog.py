"""Reads services, task definitions, secrets and backing services of a cluster from the AWS API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from local.containers.definition import ContainerDefinition, read_all


class Aws(Protocol):
    """A provider of boto3 clients, such as the emulator."""

    def client(self, service: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """A registered task definition."""

    arn: str
    family: str
    containers: tuple[ContainerDefinition, ...]
    volumes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An ECS service.

    Args:
        desired: desired number of tasks.
        task_definition: ARN of the current task definition.
        port: container port of its load balancer.
        names: DNS names of its tasks inside the network.
    """

    name: str
    desired: int
    task_definition: str
    port: int | None
    names: tuple[str, ...]


class ServiceCatalog:
    """The services of one cluster, and the task definitions, secrets and backing services of its account."""

    def __init__(self, aws: Aws, *, cluster: str) -> None:
        self._aws = aws
        self._cluster = cluster
        self._definitions: dict[str, TaskDefinition] = {}

    def services(self) -> tuple[Service, ...]:
        """Every active service of the cluster, sorted by name."""
        ecs = self._aws.client("ecs")
        arns = [
            arn
            for page in ecs.get_paginator("list_services").paginate(cluster=self._cluster)
            for arn in page["serviceArns"]
        ]
        # DescribeServices takes up to ten services.
        described = [
            service
            for start in range(0, len(arns), 10)
            for service in ecs.describe_services(cluster=self._cluster, services=arns[start : start + 10])["services"]
        ]
        active = [service for service in described if service["status"] == "ACTIVE"]
        return tuple(sorted(map(self._service, active), key=lambda service: service.name))

    def _service(self, body: Mapping[str, Any]) -> Service:
        balancers = body.get("loadBalancers") or []
        return Service(
            name=body["serviceName"],
            desired=body["desiredCount"],
            task_definition=body["taskDefinition"],
            port=balancers[0]["containerPort"] if balancers else None,
            names=tuple(self._dns_name(registry["registryArn"]) for registry in body.get("serviceRegistries") or []),
        )

    def _dns_name(self, registry_arn: str) -> str:
        cloud_map = self._aws.client("servicediscovery")
        service = cloud_map.get_service(Id=registry_arn.rsplit("/", 1)[1])["Service"]
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
            )
        return self._definitions[name]

    def secret(self, reference: str) -> str:
        """The decrypted value of the parameter with the ARN or name ``reference``."""
        name = reference.split(":parameter", 1)[1] if reference.startswith("arn:") else reference
        return str(self._aws.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    def database_addresses(self) -> Sequence[str]:
        """Host names of the account's RDS instances."""
        instances = self._aws.client("rds").describe_db_instances()["DBInstances"]
        return [instance["Endpoint"]["Address"] for instance in instances]

    def broker_addresses(self) -> Sequence[str]:
        """Host names of the primary nodes of the account's replication groups."""
        groups = self._aws.client("elasticache").describe_replication_groups()["ReplicationGroups"]
        return [node["PrimaryEndpoint"]["Address"] for group in groups for node in group["NodeGroups"]]
