"""Reconciles tasks with the ECS services of a cluster: starts, replaces and stops them."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

from local.containers import engine
from local.ecs.agent import Agent
from local.ecs.one_off_tasks import OneOffTasks, StartedTask
from local.ecs.service_catalog import Service, TaskDefinition
from local.ecs.service_tasks import POLL_SECONDS, ServiceTasks
from local.ecs.task import FargateTask, remove
from local.ecs.task_roles import TaskRoles
from local.ecs.task_surroundings import Interface, Platform

# Pause before the next task of a service whose last task did not start, as ECS throttles such services.
THROTTLE_SECONDS = 10.0
ALIVE = frozenset({"pending", "running"})


@dataclass(kw_only=True)
class Runner(ServiceTasks):
    """Runs the services of a cluster while it is entered as a context manager.

    Args:
        prefix: prefix of the names of containers.
        interfaces: makes a network interface for a name, ids of subnets and ids of security groups.
        roles: makes the IAM roles of a task for its definition and its id.
        one_off: the tasks that RunTask starts.
    """

    platform: Platform
    agent: Agent
    prefix: str
    interfaces: Callable[[str, Sequence[str], Sequence[str]], Interface]
    roles: Callable[[TaskDefinition, str], TaskRoles]
    one_off: OneOffTasks = field(init=False)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _not_before: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.one_off = OneOffTasks(catalog=self.catalog, make=self._make_one_off)

    def __enter__(self) -> Self:
        self._loop = threading.Thread(target=self._run, name="ecs", daemon=True)
        self._loop.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._loop.join()
        tasks = [*self.ended, *itertools.chain(*self.tasks.values()), *self.one_off.tasks.values()]
        for task in tasks:
            task.phase = "stopped"
        remove(tasks)

    def run_task(
        self, name: str, *, subnets: Sequence[str], groups: Sequence[str], seconds: float = 300
    ) -> tuple[int, str]:
        """Run a one-off task to its end.

        Args:
            name: family or ARN of its definition.
            subnets: ids of subnets.
            groups: ids of security groups.
            seconds: time limit.

        Returns:
            The exit code and the log of its main container.
        """
        definition = self.catalog.definition(name)
        task = self._make(definition, self.interfaces(name.rsplit("-", 1)[-1], subnets, groups))
        task.start()
        try:
            if task.phase == "stopped":
                return 1, task.reason
            return task.main.wait(seconds=seconds), task.main.logs()
        finally:
            task.stop(reason="done")
            remove([task])

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._check_running()
                services = self.catalog.services()
                for service in services:
                    self._reconcile(service)
                for name in self.tasks.keys() - {service.name for service in services}:
                    self._drain(name)
                self.one_off.reconcile()
            except Exception as error:  # noqa: BLE001 - the loop must go on; wait_steady reports the error
                self.problem = f"{type(error).__name__}: {error}"
            self._stop.wait(POLL_SECONDS)

    def _check_running(self) -> None:
        """Check every running task with one call of the engine: a call for each costs a fifth of a processor."""
        every = [*itertools.chain(*self.tasks.values()), *self.one_off.tasks.values()]
        running = [task for task in every if task.phase == "running"]
        states = engine.states(id_ for task in running for id_ in task.container_ids)
        for task in running:
            task.check(states)

    def _reconcile(self, service: Service) -> None:
        self._collect_stopped(service.name)
        if time.monotonic() < self._not_before.get(service.name, 0.0):
            return
        tasks, definition = self.tasks[service.name], self.catalog.definition(service.task_definition)
        alive = [task for task in tasks if task.phase in ALIVE]
        current = [task for task in alive if task.definition.arn == definition.arn]
        for _ in range(service.desired - len(current)):
            interface = self.interfaces(service.name, service.subnets, service.groups)
            task = self._make(definition, interface, service)
            tasks.append(task)
            threading.Thread(target=task.start, daemon=True).start()
        # Old tasks stop when the new tasks are healthy: every service has minimumHealthyPercent 100.
        unprotected = [task for task in alive if not self.agent.protected(task.id)]
        if sum(task.healthy for task in current) >= service.desired:
            self._stop_all([task for task in unprotected if task not in current], reason="deployment")
        surplus = max(0, len(current) - service.desired)
        self._stop_all([task for task in unprotected if task in current][:surplus], reason="scale-in")

    def _collect_stopped(self, name: str) -> None:
        """Move stopped tasks to ``ended``; throttle a service whose task stopped before it ran."""
        tasks = self.tasks.setdefault(name, [])
        for task in [task for task in tasks if task.phase == "stopped"]:
            tasks.remove(task)
            self.ended.append(task)
            if not task.was_running:
                self._not_before[name] = time.monotonic() + THROTTLE_SECONDS

    def _drain(self, name: str) -> None:
        """Stop the tasks of a deleted service."""
        self._collect_stopped(name)
        self._stop_all([task for task in self.tasks[name] if task.phase in ALIVE], reason="service deleted")

    def _stop_all(self, tasks: list[FargateTask], *, reason: str) -> None:
        for task in tasks:
            task.stop_in_background(reason=reason)

    def _make_one_off(self, started: StartedTask) -> FargateTask:
        """A task of RunTask: its log streams have the id that ECS gave it, its main container has the task's size."""
        definition = started.definition
        name = definition.family.removeprefix(f"{self.catalog.cluster}-")
        interface = self.interfaces(name, started.subnets, started.groups)
        return self._make(definition, interface, logged_as=started.id, options=started.limits)

    def _make(
        self,
        definition: TaskDefinition,
        interface: Interface,
        service: Service | None = None,
        *,
        logged_as: str = "",
        options: tuple[str, ...] = (),
    ) -> FargateTask:
        id_ = f"{self.prefix}-{definition.family}-{next(self._numbers)}"
        roles = self.roles(definition, logged_as or id_)
        self.agent.serve(id_, roles)
        return FargateTask(
            id=id_,
            definition=definition,
            platform=self.platform,
            roles=roles,
            variables=self.agent.variables(id_),
            interface=interface,
            service=service,
            options=options,
        )
