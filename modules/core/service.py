"""One Airflow process as an ECS service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cdktf import TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceNetworkConfiguration,
    EcsServiceServiceRegistries,
)
from cdktf_cdktf_provider_aws.service_discovery_service import (
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
    ServiceDiscoveryServiceHealthCheckCustomConfig,
)
from constructs import Construct

from modules.core.airflow_process import Process
from modules.core.connections import security_group
from modules.core.fargate_task import FargatePlatform, fargate_task, task_definition
from modules.core.flows import Place
from modules.core.network_reference import NetworkReference
from modules.core.task import BackingService, Sidecar

DNS_TTL_SECONDS = 10
GRACE_SECONDS = 180


@dataclass(frozen=True)
class Size:
    """What one Fargate task gets: cpu units (1024 a vCPU), memory in MiB, ephemeral storage in GiB (21-200)."""

    cpu: int
    memory_mib: int
    ephemeral_storage_gib: int | None = None


@dataclass(frozen=True)
class Capacity:
    """How many Fargate tasks run, and on what: ``spot_percent`` of those above ``on_demand_base`` on Spot."""

    count: int = 1
    spot_percent: int = 0
    on_demand_base: int = 0


class EcsComponent(Construct):
    """An ECS service that heals itself: unhealthy tasks are replaced, a bad roll-out is rolled back.

    The number of tasks belongs to scaling and operations after the first apply: Terraform never resets it.

    Args:
        process: what runs, from the table in ``modules.core.airflow_process``.
        uses: backing services; each brings the way in, variables, secrets and permissions.
        target_group_arn: where a load balancer finds this component, if one does.
        depends_on: what ECS wants to exist first: the cluster's capacity providers, listeners of the target group.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        process: Process,
        platform: FargatePlatform,
        network: NetworkReference,
        size: Size,
        capacity: Capacity,
        uses: Sequence[BackingService] = (),
        sidecars: Sequence[Sidecar] = (),
        environment: Mapping[str, str] | None = None,
        target_group_arn: str | None = None,
        depends_on: Sequence[TerraformResource] = (),
        stop_timeout: int = 30,
        exec_enabled: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.process, self._platform, self._network = process, platform, network
        self.name = f"{platform.name}-{process.name}"
        self.connections = security_group(
            self,
            name=self.name,
            place=Place(process.name, "application"),
            vpc_id=network.vpc_id,
            flows=network.flows,
            purpose=process.purpose,
            default_port=process.port,
        )
        task = fargate_task(
            self,
            process=process,
            platform=platform,
            connections=self.connections,
            stop_timeout=stop_timeout,
            writable_root=exec_enabled,
        )
        self.task_role = task.task_role
        task.add_environment(**(environment or {}))
        task.use(uses)
        task.join(sidecars)
        self.task_definition = task_definition(
            self,
            task,
            platform=platform,
            family=self.name,
            cpu=size.cpu,
            memory_mib=size.memory_mib,
            ephemeral_storage_gib=size.ephemeral_storage_gib,
        )
        self._service(capacity, target_group_arn, depends_on, exec_enabled=exec_enabled)

    def _service(
        self,
        capacity: Capacity,
        target_group_arn: str | None,
        depends_on: Sequence[TerraformResource],
        *,
        exec_enabled: bool,
    ) -> None:
        self.service = EcsService(
            self,
            "service",
            name=self.process.name,
            cluster=self._platform.cluster_arn,
            task_definition=self.task_definition.arn,
            desired_count=capacity.count,
            platform_version="1.4.0",
            capacity_provider_strategy=_strategy(capacity),
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            enable_execute_command=exec_enabled,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            health_check_grace_period_seconds=GRACE_SECONDS if target_group_arn else None,
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=self._network.application_subnet_ids,
                security_groups=[self.connections.security_group_id],
                assign_public_ip=False,
            ),
            load_balancer=self._target(target_group_arn),
            service_registries=self._internal_name(),
            depends_on=list(depends_on),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]),
            tags={"Name": self.name},
        )

    def _target(self, target_group_arn: str | None) -> list[EcsServiceLoadBalancer] | None:
        if target_group_arn is None:
            return None
        return [
            EcsServiceLoadBalancer(
                target_group_arn=target_group_arn,
                container_name=self.process.name,
                container_port=self.process.port,
            )
        ]

    def _internal_name(self) -> EcsServiceServiceRegistries | None:
        """A name in the cluster's private DNS for a process that other components call."""
        if self.process.port is None:
            return None
        discovery = ServiceDiscoveryService(
            self,
            "internal-name",
            name=self.process.name,
            description=f"{self.process.name}.{self._platform.domain}",
            dns_config=ServiceDiscoveryServiceDnsConfig(
                namespace_id=self._platform.namespace_id,
                routing_policy="MULTIVALUE",
                dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=DNS_TTL_SECONDS)],
            ),
            # ECS reports the health of each task; without this block, starting and unhealthy tasks are in DNS too.
            health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(failure_threshold=1),
        )
        return EcsServiceServiceRegistries(registry_arn=discovery.arn)


def _strategy(capacity: Capacity) -> list[EcsServiceCapacityProviderStrategy]:
    """On-demand first, up to the base; above it the shares of Spot and on-demand."""
    shares: dict[Literal["FARGATE", "FARGATE_SPOT"], int] = {
        "FARGATE": 100 - capacity.spot_percent,
        "FARGATE_SPOT": capacity.spot_percent,
    }
    return [
        EcsServiceCapacityProviderStrategy(
            capacity_provider=provider, weight=weight, base=capacity.on_demand_base if provider == "FARGATE" else 0
        )
        for provider, weight in shares.items()
        if weight or (provider == "FARGATE" and capacity.on_demand_base)
    ]
