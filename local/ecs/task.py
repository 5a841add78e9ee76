"""Runs one Fargate task: containers with one network address that start in order and stop together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.containers import engine
from local.containers.definition import ContainerDefinition, docker_options
from local.containers.engine import Container, EngineError, Launch, docker
from local.ecs.service_catalog import Service, TaskDefinition
from local.ecs.start_order import health_of, in_order, is_met
from local.ecs.task_surroundings import Interface, Platform, Roles

START_SECONDS = 300.0
START_PERIOD_SECONDS = 600
POLL_SECONDS = 1.0


@dataclass(kw_only=True)
class FargateTask:
    """A task.

    Args:
        id: name of its Docker containers, unique in the network.
        roles: its task role and its execution role.
        variables: variables to add to every container.
        interface: network interface of the task.
        options: options to add to ``docker run`` of the first essential container.
        service: the ECS service that it belongs to, if any.
        phase: ``pending``, ``running``, ``stopping`` or ``stopped``.
        reason: why the task stopped.
        was_running: whether all containers started.
    """

    id: str
    definition: TaskDefinition
    platform: Platform
    roles: Roles
    variables: Mapping[str, str]
    interface: Interface
    service: Service | None = None
    options: tuple[str, ...] = ()
    phase: str = "pending"
    reason: str = ""
    was_running: bool = False
    containers: dict[str, Container] = field(default_factory=dict)
    _states: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self) -> None:
        """Start all containers in order. After an error the task is stopped and ``reason`` holds the error."""
        try:
            self._pause = self.interface.open(self.id)
            self._secrets = self.roles.start()
            for definition in in_order(self.definition.containers):
                self._await_dependencies(definition)
                with self._lock:
                    if self.phase != "pending":
                        return
                    self.containers[definition.name] = engine.start(self._launch(definition))
            self.was_running = self.phase == "pending"
            self.phase = "running" if self.was_running else self.phase
        except EngineError as error:
            self.stop(reason=str(error))

    def _launch(self, definition: ContainerDefinition) -> Launch:
        health = definition.health
        if health:
            # Longer than the definition's, because this machine may be busy. The first success ends the start period.
            health = replace(health.every(self.platform.check_every), start_period=START_PERIOD_SECONDS)
        volumes = {volume: f"{self.id}-{volume}" for volume in self.definition.volumes}
        options = docker_options(replace(definition, health=health), volumes=volumes)
        options += self.options if definition.name == self.main_name else ()
        return Launch(
            image=self.platform.image,
            name=f"{self.id}-{definition.name}",
            command=definition.command,
            environ={
                **definition.environment,
                **self._secrets[definition.name],
                **self.platform.variables,
                **self.variables,
            },
            options=("--network", f"container:{self._pause.id}", *options, *self.platform.options),
        )

    def _await_dependencies(self, definition: ContainerDefinition) -> None:
        for other, condition in definition.depends_on.items():
            deadline = time.monotonic() + START_SECONDS
            while not is_met(self.containers[other], condition):
                self.check(engine.states(self.container_ids))
                if self.phase != "pending":
                    return
                if time.monotonic() > deadline:
                    raise EngineError(f"{definition.name} waited {START_SECONDS:g} s for {other}: {condition}")
                time.sleep(POLL_SECONDS)

    @property
    def main(self) -> Container:
        """The first essential container."""
        return self.containers[self.main_name]

    @property
    def main_name(self) -> str:
        """Name of the first essential container."""
        return next(container.name for container in self.definition.containers if container.essential)

    @property
    def healthy(self) -> bool:
        """Whether the task runs and every health check passed at the last ``check``."""
        checked = [container.name for container in self.definition.containers if container.health]
        return self.phase == "running" and all(health_of(self._states.get(name, {})) == "healthy" for name in checked)

    @property
    def container_ids(self) -> list[str]:
        """Ids of the started containers."""
        return [container.id for container in self.containers.values()]

    def check(self, states: Mapping[str, dict[str, Any]]) -> None:
        """Stop the task where an essential container ended or is unhealthy; restart sidecars with a restart policy.

        Args:
            states: the state of each existing container by id, of this task and of others.
        """
        ids = {name: container.id for name, container in self.containers.items()}
        self._states = {name: states[id_] for name, id_ in ids.items() if id_ in states}
        for definition in self.definition.containers:
            state = self._states.get(definition.name, {})
            ended = state.get("Status") == "exited"
            if definition.essential and (ended or health_of(state) == "unhealthy"):
                how = f"ended with {state['ExitCode']}" if ended else "is unhealthy"
                self.stop_in_background(reason=f"{definition.name} {how}")
                return
            if definition.restarts and ended:
                docker("start", ids[definition.name], check=False)

    def stop_in_background(self, *, reason: str) -> None:
        """Stop the task without waiting for its containers."""
        threading.Thread(target=self.stop, kwargs={"reason": reason}, daemon=True).start()

    def stop(self, *, reason: str) -> None:
        """Send SIGTERM to every container, and SIGKILL after its stop timeout. Containers and logs stay."""
        with self._lock:
            if self.phase in {"stopping", "stopped"}:
                return
            self.phase, self.reason = "stopping", reason
        definitions = {container.name: container for container in self.definition.containers}
        stoppers = [
            threading.Thread(target=container.stop, kwargs={"seconds": definitions[name].stop_timeout})
            for name, container in self.containers.items()
        ]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        self.send_logs()
        self.interface.close()
        if hasattr(self, "_pause"):
            docker("kill", self._pause.id, check=False)
        self.phase = "stopped"

    def send_logs(self) -> None:
        """Send what the containers printed since the last call to their log groups."""
        self.roles.write_logs({name: container.logs() for name, container in self.containers.items()})

    def logs(self) -> str:
        """The output of all containers."""
        return "".join(f"--- {name}\n{container.logs()}" for name, container in self.containers.items())

    @property
    def resources(self) -> tuple[list[str], list[str]]:
        """Ids of the task's containers and names of its volumes."""
        containers = [*self.containers.values(), *([self._pause] if hasattr(self, "_pause") else [])]
        return [container.id for container in containers], [f"{self.id}-{volume}" for volume in self.definition.volumes]


def remove(tasks: Iterable[FargateTask]) -> None:
    """Remove the containers and volumes of ``tasks`` with two calls."""
    resources = [task.resources for task in tasks]
    engine.remove_all(id_ for ids, _ in resources for id_ in ids)
    volumes = [name for _, names in resources for name in names]
    if volumes:
        docker("volume", "rm", "--force", *volumes, check=False)
