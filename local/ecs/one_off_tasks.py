"""Runs the tasks that RunTask starts: follows the API as an ECS agent does, and reports the state of each task.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SubmitTaskStateChange.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.containers.definition import ContainerDefinition
from local.ecs.service_catalog import ServiceCatalog, TaskDefinition
from local.ecs.task import FargateTask, remove

# The log driver of a real task sends its lines at once.
LOG_SECONDS = 2.0
REPORTED = {"pending": "PENDING", "running": "RUNNING", "stopping": "STOPPING", "stopped": "STOPPED"}


@dataclass(frozen=True, kw_only=True)
class StartedTask:
    """A task that RunTask has started.

    Args:
        id: the last part of its ARN.
        definition: its task definition with the overrides of RunTask.
    """

    id: str
    definition: TaskDefinition
    subnets: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def limits(self) -> tuple[str, ...]:
        """Options of ``docker run`` for the size; CPU units are a weight, because this machine may be busy."""
        return ("--memory", f"{self.definition.memory_mib}m", "--cpu-shares", str(self.definition.cpu))


@dataclass(frozen=True, kw_only=True)
class EndedTask:
    """A task that has stopped.

    Args:
        definition: its task definition with the overrides of RunTask.
        exit_codes: exit code by container; containers that never started are absent.
        reason: why it stopped.
    """

    definition: TaskDefinition
    exit_codes: Mapping[str, int]
    reason: str


@dataclass(kw_only=True)
class OneOffTasks:
    """The tasks of RunTask in one cluster.

    Args:
        catalog: the cluster, and its task definitions.
        make: makes the task to start.
        tasks: current tasks by ARN.
        ended: stopped tasks by ARN; their containers are removed.
    """

    catalog: ServiceCatalog
    make: Callable[[StartedTask], FargateTask]
    tasks: dict[str, FargateTask] = field(default_factory=dict)
    ended: dict[str, EndedTask] = field(default_factory=dict)
    _reported: dict[str, str] = field(default_factory=dict)
    _logged: dict[str, float] = field(default_factory=dict)

    def reconcile(self) -> None:
        """Start new tasks, stop those that StopTask asked to stop, and report states and log lines."""
        wanted = self._wanted()
        for arn in sorted(wanted - self.tasks.keys() - self.ended.keys()):
            self._start(arn)
        for arn, task in list(self.tasks.items()):
            if arn not in wanted and task.phase in {"pending", "running"}:
                task.stop_in_background(reason="Task stopped by user")
            self._report(arn, task)
            self._send_logs(arn, task)

    def _wanted(self) -> set[str]:
        """ARNs of the tasks that shall run. Tasks of services have no entry in the emulator."""
        ecs = self.catalog.client("ecs")
        pages = ecs.get_paginator("list_tasks").paginate(cluster=self.catalog.cluster, desiredStatus="RUNNING")
        return {arn for page in pages for arn in page["taskArns"]}

    def _start(self, arn: str) -> None:
        self._submit(arn, "PENDING")  # from now on, this agent decides about its state
        (found,) = self.catalog.client("ecs").describe_tasks(cluster=self.catalog.cluster, tasks=[arn])["tasks"]
        details = [detail for item in found["attachments"] for detail in item["details"]]
        interface = {detail["name"]: detail["value"] for detail in details}
        (network,) = self.catalog.client("ec2").describe_network_interfaces(
            NetworkInterfaceIds=[interface["networkInterfaceId"]]
        )["NetworkInterfaces"]
        started = StartedTask(
            id=arn.rsplit("/", 1)[-1],
            definition=overridden(self.catalog.definition(found["taskDefinitionArn"]), found.get("overrides") or {}),
            subnets=(interface["subnetId"],),
            groups=tuple(group["GroupId"] for group in network["Groups"]),
        )
        self.tasks[arn] = task = self.make(started)
        threading.Thread(target=task.start, daemon=True).start()

    def _report(self, arn: str, task: FargateTask) -> None:
        phase, known = task.phase, self._reported.get(arn)
        if phase in {"stopping", "stopped"} and task.was_running and known == "PENDING":
            self._submit(arn, "RUNNING", task)  # a task that ended between two looks has run
        if REPORTED[phase] == known:
            return
        if phase == "stopped":
            self._end(arn, task)
        else:
            self._submit(arn, REPORTED[phase], task)

    def _end(self, arn: str, task: FargateTask) -> None:
        codes = {name: int(container.state["ExitCode"]) for name, container in task.containers.items()}
        self.ended[arn] = EndedTask(definition=task.definition, exit_codes=codes, reason=task.reason)
        self._submit(arn, "STOPPED", task, codes)
        del self.tasks[arn]
        remove([task])

    def _submit(
        self, arn: str, status: str, task: FargateTask | None = None, codes: Mapping[str, int] | None = None
    ) -> None:
        names = [container.name for container in task.definition.containers] if task else []
        ended = {name: {"exitCode": code} for name, code in (codes or {}).items()}
        self.catalog.client("ecs").submit_task_state_change(
            cluster=self.catalog.cluster,
            task=arn,
            status=status,
            reason=task.reason if task else "",
            containers=[{"containerName": name, "status": status, **ended.get(name, {})} for name in names],
        )
        self._reported[arn] = status

    def _send_logs(self, arn: str, task: FargateTask) -> None:
        if task.phase == "running" and time.monotonic() > self._logged.get(arn, 0.0) + LOG_SECONDS:
            self._logged[arn] = time.monotonic()
            task.roles.write_logs({task.main_name: task.main.logs()})


def overridden(definition: TaskDefinition, overrides: Mapping[str, Any]) -> TaskDefinition:
    """The task definition with the overrides of RunTask: sizes of the task, command and variables of containers.

    Raises:
        ValueError: an override that is not translated, so that none is dropped silently.
    """
    changes = {item["name"]: item for item in overrides.get("containerOverrides", ())}
    unknown = {key for key, value in overrides.items() if value} - {"containerOverrides", "cpu", "memory"}
    unknown |= {key for item in changes.values() for key in item} - {"name", "command", "environment"}
    unknown |= changes.keys() - {container.name for container in definition.containers}
    if unknown:
        raise ValueError(f"override of {definition.family}: {', '.join(sorted(unknown))} has no translation here")
    return replace(
        definition,
        containers=tuple(_changed(container, changes.get(container.name, {})) for container in definition.containers),
        cpu=int(overrides.get("cpu") or definition.cpu),
        memory_mib=int(overrides.get("memory") or definition.memory_mib),
    )


def _changed(container: ContainerDefinition, change: Mapping[str, Any]) -> ContainerDefinition:
    variables = {item["name"]: item["value"] for item in change.get("environment", ())}
    return replace(
        container,
        command=tuple(change.get("command") or container.command),
        environment={**container.environment, **variables},
    )
