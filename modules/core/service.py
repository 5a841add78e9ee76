"""An Airflow process as an ECS service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from modules.core.deferrable import possible
from modules.core.fargate_task import FargatePlatform, fargate_task, task_definition
from modules.core.flows import Endpoint
from modules.core.network_reference import NetworkReference
from modules.core.service_settings import Capacity, ServiceSettings
from modules.core.task import BackingService, Sidecar

DNS_TTL_SECONDS = 10
GRACE_SECONDS = 180


class EcsComponent(Construct):
    """An ECS service that replaces unhealthy Fargate tasks and rolls back a failed deployment.

    Creates the security group, the two IAM roles, the task definition, the service and, for a process with a port,
    its internal DNS name.

    Args:
        scope: parent construct.
        id_: id of the construct.
        process: the Airflow process, from ``modules.core.airflow_process``.
        platform: settings that all Fargate tasks of the environment share.
        network: VPC and subnets.
        settings: size, capacity and timeouts of the service.
        uses: backing services; each adds network access, variables, secrets and permissions.
        sidecars: further containers of each Fargate task.
        environment: further environment variables of the main container.
        target_group_arn: target group of the load balancer, if the component has one.
        autoscaled: Application Auto Scaling changes the number of Fargate tasks; Terraform then sets it at the first
            apply only.
        depends_on: resources that ECS requires first: capacity providers of the cluster, listeners of the target group.

    Raises:
        ValueError: a backing service has no default port.

    Example:
        >>> from modules.core.airflow_process import SCHEDULER
        >>> from modules.core.service_settings import Size
        >>> scheduler = EcsComponent(
        ...     stack, "scheduler", process=SCHEDULER, platform=platform, network=network,
        ...     settings=ServiceSettings(size=Size(cpu=512, memory_mib=1024)),
        ... )
        >>> resource("aws_ecs_service.scheduler_service")["deployment_circuit_breaker"]
        {'enable': True, 'rollback': True}
    """

    zone_rebalancing: Literal["ENABLED", "DISABLED"] = "ENABLED"
    """Whether ECS replaces Fargate tasks to spread them over the zones; the default differs between providers."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        process: Process,
        platform: FargatePlatform,
        network: NetworkReference,
        settings: ServiceSettings,
        uses: Sequence[BackingService] = (),
        sidecars: Sequence[Sidecar] = (),
        environment: Mapping[str, str] | None = None,
        target_group_arn: str | None = None,
        autoscaled: bool = False,
        depends_on: Sequence[TerraformResource] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.process, self._platform, self._network = process, platform, network
        self.name = f"{platform.name}-{process.name}"
        self.connections = security_group(
            self,
            name=self.name,
            endpoint=Endpoint(process.name, "application"),
            network=network,
            purpose=process.purpose,
            default_port=process.port,
        )
        task = fargate_task(
            self,
            process=process,
            platform=platform,
            connections=self.connections,
            stop_timeout=settings.stop_timeout,
            exec_enabled=settings.exec_enabled,
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
            cpu=settings.size.cpu,
            memory_mib=settings.size.memory_mib,
            ephemeral_storage_gib=settings.size.ephemeral_storage_gib,
        )
        self._service(settings, target_group_arn, autoscaled, depends_on)

    def _service(
        self,
        settings: ServiceSettings,
        target_group_arn: str | None,
        autoscaled: bool,
        depends_on: Sequence[TerraformResource],
    ) -> None:
        self.service = EcsService(
            self,
            "service",
            name=self.process.name,
            cluster=self._platform.cluster_arn,
            task_definition=self.task_definition.arn,
            desired_count=settings.capacity.count,
            platform_version="1.4.0",
            capacity_provider_strategy=_strategy(settings.capacity),
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
            availability_zone_rebalancing=self.zone_rebalancing,
            # Without it the provider replaces the service when the capacity provider strategy changes.
            force_new_deployment=True,
            enable_execute_command=settings.exec_enabled,
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
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]) if autoscaled else None,
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
        """Create the private DNS name of a process that has a port."""
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
            force_destroy=True,  # an instance that ECS has not removed yet would block the deletion
        )
        return EcsServiceServiceRegistries(registry_arn=discovery.arn)


def _strategy(capacity: Capacity) -> list[EcsServiceCapacityProviderStrategy]:
    """Return the base of on-demand tasks, and the shares of Spot and on-demand above it."""
    shares: dict[Literal["FARGATE", "FARGATE_SPOT"], int] = {
        "FARGATE": 100 - capacity.spot_percent,
        "FARGATE_SPOT": capacity.spot_percent,
    }
    return [
        EcsServiceCapacityProviderStrategy(
            capacity_provider=provider, weight=weight, base=capacity.on_demand_base if provider == "FARGATE" else 0
        )
        for provider, weight in shares.items()
        if possible(weight) or (provider == "FARGATE" and possible(capacity.on_demand_base))
    ]
