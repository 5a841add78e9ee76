"""ECS services: parameters that moto accepts and does not store."""

from __future__ import annotations

from typing import Any

from moto.ecs.responses import EC2ContainerServiceResponse

from terraform_harness.emulator.patches.patch import patch

NOT_STORED = {
    "availabilityZoneRebalancing": "availability_zone_rebalancing",
    "capacityProviderStrategy": "capacity_provider_strategy",
    "deploymentConfiguration": "deployment_configuration",
    "enableECSManagedTags": "enable_ecs_managed_tags",
    "enableExecuteCommand": "enable_execute_command",
    "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    "volumeConfigurations": "volume_configurations",
}
_create = EC2ContainerServiceResponse.create_service
_update = EC2ContainerServiceResponse.update_service


def _store(response: Any, answer: Any) -> Any:
    service = answer.result["service"]
    for parameter, attribute in NOT_STORED.items():
        value = response._get_param(parameter)  # noqa: SLF001 this function becomes a method of moto's class
        if value is not None:
            setattr(service, attribute, value)
    connect = response._get_param("serviceConnectConfiguration")  # noqa: SLF001 as above
    for deployment in service.deployments:
        deployment.update(taskDefinition=service.task_definition, desiredCount=service.desired_count)
        if connect is not None:
            deployment["serviceConnectConfiguration"] = connect
    return answer


@patch(
    EC2ContainerServiceResponse,
    reason="moto does not store the provider strategy, so the second plan replaces the service",
)
def create_service(self: Any) -> Any:
    answer = _store(self, _create(self))
    service = answer.result["service"]
    if self._get_param("capacityProviderStrategy"):
        service.launch_type = None
    return answer


@patch(
    EC2ContainerServiceResponse, reason="moto leaves a service's deployment on the old task definition after an update"
)
def update_service(self: Any) -> Any:
    return _store(self, _update(self))
