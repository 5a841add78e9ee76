"""ECS tasks: those of Fargate need no memory for each container, and an ECS agent can run them."""

from __future__ import annotations

import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ecs.models import EC2ContainerServiceBackend, Task
from moto.ecs.responses import EC2ContainerServiceResponse

from terraform_harness.emulator.patches.patch import patch, service_error

REPORTED = "_harness_reported"
_advance, _stop = Task.advance, EC2ContainerServiceBackend.stop_task
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


@patch(
    EC2ContainerServiceBackend,
    reason="moto answers 500 for a task that does not exist, and stops a task at once that an ECS agent runs",
)
def stop_task(self: Any, cluster_str: str, task_str: str, reason: str) -> Any:
    name = self._get_cluster(cluster_str).name
    task = find_task(self, task_str)
    if task.cluster_name != name:
        raise not_found()
    if not hasattr(task, REPORTED):
        return _stop(self, cluster_str, task_str, reason)
    task.desired_status, task.stopped_reason = "STOPPED", reason
    return task


@patch(
    EC2ContainerServiceResponse,
    reason="moto has no SubmitTaskStateChange, with which an ECS agent reports what became of a task",
)
def submit_task_state_change(self: Any) -> Any:
    """Store a report; from the first one on, only reports change the task's state.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SubmitTaskStateChange.html
    """
    task, status = find_task(self.ecs_backend, self._get_param("task")), self._get_param("status")
    setattr(task, REPORTED, True)
    task.status, now = status, datetime.datetime.now(datetime.UTC)
    if status == "RUNNING":
        task.started_at = now
    if status == "STOPPED":
        task.desired_status, task.stopped_at = status, now
        task.stopped_reason = task.stopped_reason or self._get_param("reason")
        _delete_interface(task)
    task.containers = [_container(task, change) for change in self._get_param("containers", [])]
    return ActionResult({"acknowledgment": status})


@patch(Task, reason="moto moves a task to its next state whenever it is described, also a task that an ECS agent runs")
def advance(self: Any) -> None:
    if not hasattr(self, REPORTED):
        _advance(self)


def find_task(backend: Any, name: str) -> Any:
    """The task with the ARN or id ``name``."""
    id_ = name.rsplit("/", 1)[-1]
    for tasks in backend.tasks.values():
        for arn, task in tasks.items():
            if arn.rsplit("/", 1)[-1] == id_:
                return task
    raise not_found()


def _delete_interface(task: Any) -> None:
    """Delete the network interface of a stopped task, so that its security group can be deleted."""
    network = ec2_backends[task._account_id][task.region_name]  # noqa: SLF001
    details = [detail for item in task.attachments for detail in item["details"]]
    for detail in details:
        if detail["name"] == "networkInterfaceId":
            network.delete_network_interface(detail["value"])
    task.attachments = []


def not_found() -> Exception:
    return service_error(service="ecs", code="InvalidParameterException", message="The referenced task was not found.")


def _container(task: Any, change: dict[str, Any]) -> dict[str, Any]:
    found = {
        "containerArn": f"{task.task_arn.replace(':task/', ':container/')}/{change['containerName']}",
        "taskArn": task.task_arn,
        "name": change["containerName"],
        "lastStatus": change.get("status", task.status),
    }
    return found | {key: change[key] for key in ("exitCode", "reason") if key in change}
