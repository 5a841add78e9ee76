"""ECS services: what moto takes and forgets."""

from __future__ import annotations

from typing import Any

from moto.ecs.responses import EC2ContainerServiceResponse

from terraform_harness.emulator.patches.patch import gap

FORGOTTEN = {
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


def _remember(response: Any, answer: Any) -> Any:
    service = answer.result["service"]
    for parameter, attribute in FORGOTTEN.items():
        value = response._get_param(parameter)  # noqa: SLF001 - a method of moto's class, written outside it
        if value is not None:
            setattr(service, attribute, value)
    connect = response._get_param("serviceConnectConfiguration")  # noqa: SLF001 - as above
    for deployment in service.deployments:
        deployment.update(taskDefinition=service.task_definition, desiredCount=service.desired_count)
        if connect is not None:
            deployment["serviceConnectConfiguration"] = connect
    return answer


@gap(EC2ContainerServiceResponse, reason="moto forgets strategy, exec, rebalancing, so the second plan replaces it")
def create_service(self: Any) -> Any:
    answer = _remember(self, _create(self))
    service = answer.result["service"]
    if self._get_param("capacityProviderStrategy"):
        service.launch_type = None
    return answer


@gap(
    EC2ContainerServiceResponse, reason="moto leaves a service's deployment on the old task definition after an update"
)
def update_service(self: Any) -> Any:
    return _remember(self, _update(self))
