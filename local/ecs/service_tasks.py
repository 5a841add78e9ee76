"""The tasks of the services of a cluster: which run, where they are reached, and whether all services are steady."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from local.containers.engine import EngineError
from local.ecs.service_catalog import Service, ServiceCatalog
from local.ecs.task import FargateTask

POLL_SECONDS = 1.0


@dataclass(kw_only=True)
class ServiceTasks:
    """The tasks of services.

    Args:
        catalog: source of services and task definitions.
        tasks: current tasks by service.
        ended: stopped tasks of services.
        problem: last error of the reconciliation loop.
    """

    catalog: ServiceCatalog
    tasks: dict[str, list[FargateTask]] = field(default_factory=dict)
    ended: list[FargateTask] = field(default_factory=list)
    problem: str = ""

    def running(self, service: str) -> list[FargateTask]:
        """The running tasks of a service, oldest first."""
        return [task for task in self.tasks.get(service, []) if task.phase == "running"]

    def addresses(self, name: str) -> list[str]:
        """The addresses of the DNS name of a service: of its healthy tasks where Cloud Map checks their health."""
        return [
            task.interface.address
            for task in self.every_task()
            if task.service and name in task.service.names and (task.healthy or not task.service.checks_health)
        ]

    def targets(self) -> list[tuple[str, int]]:
        """Addresses and ports of the healthy tasks behind the load balancer, in a random order."""
        found = [
            (task.interface.address, task.service.port)
            for task in self.every_task()
            if task.healthy and task.service and task.service.port
        ]
        return random.sample(found, len(found))

    def every_task(self) -> list[FargateTask]:
        """The tasks of all services, in any phase but ended."""
        return [task for tasks in list(self.tasks.values()) for task in list(tasks)]

    def wait_steady(self, *, seconds: float) -> None:
        """Wait until every service has its desired number of healthy tasks of its current definition.

        Raises:
            EngineError: a service is not steady after ``seconds``. The message holds the logs of its tasks.
        """
        deadline = time.monotonic() + seconds
        while unsteady := self._unsteady():
            if time.monotonic() > deadline:
                raise EngineError(f"not steady after {seconds:g} s: {self._describe(unsteady)}")
            time.sleep(POLL_SECONDS)

    def _unsteady(self) -> list[str]:
        services = {service.name: service for service in self.catalog.services()}
        return [name for name in sorted({*services, *self.tasks}) if not self._is_steady(name, services.get(name))]

    def _is_steady(self, name: str, service: Service | None) -> bool:
        """Whether the service has exactly its desired healthy tasks; a deleted service must have none."""
        tasks = self.tasks.get(name, [])
        if service is None:
            return not tasks
        current = self.catalog.definition(service.task_definition).arn
        healthy = sum(task.healthy for task in tasks)
        return healthy == service.desired and all(task.definition.arn == current for task in tasks if task.healthy)

    def _describe(self, services: list[str]) -> str:
        tasks = [task for name in services for task in self.tasks.get(name, [])]
        ends = [f"{task.id}: {task.reason}\n{task.logs()[-1500:]}" for task in self.ended[-3:]]
        return "\n".join(
            [*services, *(f"{task.id} {task.phase}\n{task.logs()[-1500:]}" for task in tasks), *ends, self.problem]
        )
