"""ECS RunTask: moto requires memory of every container, Fargate does not."""

from __future__ import annotations

from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend

from terraform_harness.emulator.patches.patch import patch

_required = EC2ContainerServiceBackend._calculate_task_resource_requirements  # noqa: SLF001 the method that is replaced


@patch(
    EC2ContainerServiceBackend,
    reason="moto requires memory of every container; on Fargate memory of the task definition is enough",
)
def _calculate_task_resource_requirements(_self: Any, task_definition: Any) -> dict[str, Any]:
    containers = task_definition.container_definitions
    for container in containers:
        if not container.keys() & {"memory", "memoryReservation", "Memory", "MemoryReservation"}:
            container["memory"] = 0
    try:
        requirements: dict[str, Any] = _required(task_definition)
    finally:
        for container in containers:
            if container.get("memory") == 0:
                del container["memory"]
    return requirements
