"""One Fargate task: containers that share a network address, started in order, watched, stopped together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.containers import engine
from local.containers.definition import ContainerDefinition, docker_options
from local.containers.engine import Container, EngineError, Launch, docker
from local.ecs.service_catalog import TaskDefinition

START_WITHIN = 300.0
START_PERIOD = 300
POLL_SECONDS = 1.0
PAUSE = ("sleep", "infinity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What every task gets from where it runs.

    Args:
        image: runs in place of every image of the definitions: they are all ours.
        check_every: seconds between health checks at most; unhealthy after the definitions' own time.
        variables: added to every container (region, credentials and end point of the emulator).
        options: added to every ``docker run`` (the certificates of the backing services).
    """

    network: str
    image: str
    check_every: int
    variables: Mapping[str, str]
    options: tuple[str, ...]


@dataclass(kw_only=True)
class FargateTask:
    """A task on its way through its life; ``phase`` is pending, running, stopping or stopped."""

    id: str
    definition: TaskDefinition
    platform: Platform
    secrets: Mapping[str, Mapping[str, str]]
    variables: Mapping[str, str]
    names: tuple[str, ...] = ()
    port: int | None = None
    phase: str = "pending"
    reason: str = ""
    was_running: bool = False
    containers: dict[str, Container] = field(default_factory=dict)
    _states: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self) -> None:
        """Start all containers in order; on a failure the task is stopped and ``reason`` says why."""
        try:
            self._pause = engine.start(self._pause_launch())
            for definition in _in_order(self.definition.containers):
                self._await_dependencies(definition)
                with self._lock:
                    if self.phase != "pending":
                        return
                    self.containers[definition.name] = engine.start(self._launch(definition))
            self.was_running = self.phase == "pending"
            self.phase = "running" if self.was_running else self.phase
        except EngineError as error:
            self.stop(reason=str(error))

    def _pause_launch(self) -> Launch:
        aliases = [word for name in self.names for word in ("--network-alias", name)]
        publish = ["--publish", f"127.0.0.1::{self.port}"] if self.port else []
        options = ("--network", self.platform.network, *aliases, *publish, "--entrypoint", PAUSE[0])
        return Launch(
            image=self.platform.image, name=self.id, command=PAUSE[1:], options=(*options, "--no-healthcheck")
        )

    def _launch(self, definition: ContainerDefinition) -> Launch:
        health = definition.health
        if health:
            # Fargate's start periods are for Fargate's CPUs; this machine may be busy. The first success ends them.
            health = replace(health.every(self.platform.check_every), start_period=START_PERIOD)
        volumes = {volume: f"{self.id}-{volume}" for volume in self.definition.volumes}
        options = docker_options(replace(definition, health=health), volumes=volumes)
        return Launch(
            image=self.platform.image,
            name=f"{self.id}-{definition.name}",
            command=definition.command,
            environ={
                **definition.environment,
                **self.secrets[definition.name],
                **self.platform.variables,
                **self.variables,
            },
            options=("--network", f"container:{self._pause.id}", *options, *self.platform.options),
        )

    def _await_dependencies(self, definition: ContainerDefinition) -> None:
        for other, condition in definition.depends_on.items():
            deadline = time.monotonic() + START_WITHIN
            while not _met(self.containers[other], condition):
                self.look()
                if self.phase != "pending":
                    return
                if time.monotonic() > deadline:
                    raise EngineError(f"{definition.name} waits for {other} to be {condition} in vain")
                time.sleep(POLL_SECONDS)

    @property
    def main(self) -> Container:
        """The first essential container."""
        return self.containers[next(one.name for one in self.definition.containers if one.essential)]

    @property
    def healthy(self) -> bool:
        """Whether all runs and every container with a health check passes it, as of the last look."""
        checked = [one.name for one in self.definition.containers if one.health]
        return self.phase == "running" and all(_health(self._states.get(name, {})) == "healthy" for name in checked)

    def live(self) -> None:
        """Start, then look after it until it has stopped. For a thread of its own."""
        self.start()
        while self.phase == "running":
            self.look()
            time.sleep(POLL_SECONDS)

    def look(self) -> None:
        """Look once: stop the task when an essential container ended or is unhealthy; restart a sidecar that may be."""
        ids = {name: container.id for name, container in self.containers.items()}
        found = engine.states(ids.values())
        self._states = {name: found[id_] for name, id_ in ids.items() if id_ in found}
        for definition in self.definition.containers:
            state = self._states.get(definition.name, {})
            ended = state.get("Status") == "exited"
            if definition.essential and (ended or _health(state) == "unhealthy"):
                how = f"ended with {state['ExitCode']}" if ended else "is unhealthy"
                self.stop(reason=f"{definition.name} {how}")
                return
            if definition.restarts and ended:
                docker("start", ids[definition.name], check=False)

    def stop(self, *, reason: str) -> None:
        """SIGTERM to every container, SIGKILL after its stop time-out; then take everything away but the logs."""
        with self._lock:
            if self.phase in {"stopping", "stopped"}:
                return
            self.phase, self.reason = "stopping", reason
        definitions = {one.name: one for one in self.definition.containers}
        stoppers = [
            threading.Thread(target=container.stop, kwargs={"seconds": definitions[name].stop_timeout})
            for name, container in self.containers.items()
        ]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        if hasattr(self, "_pause"):
            docker("kill", self._pause.id, check=False)
        self.phase = "stopped"

    def published(self) -> str:
        """The loopback address of the load balancer's port."""
        if not self.port:
            raise EngineError(f"{self.id} publishes no port")
        return f"http://127.0.0.1:{self._pause.port(self.port)}"

    def logs(self) -> str:
        """Everything that its containers printed."""
        return "".join(f"--- {name}\n{container.logs()}" for name, container in self.containers.items())

    @property
    def left(self) -> tuple[list[str], list[str]]:
        """Ids of its containers and names of its volumes, for ``remove``."""
        everyone = [*self.containers.values(), *([self._pause] if hasattr(self, "_pause") else [])]
        return [one.id for one in everyone], [f"{self.id}-{volume}" for volume in self.definition.volumes]


def remove(tasks: Iterable[FargateTask]) -> None:
    """Take the containers and volumes of ``tasks`` away, with two calls for all of them."""
    left = [task.left for task in tasks]
    engine.remove_all(id_ for ids, _ in left for id_ in ids)
    volumes = [name for _, names in left for name in names]
    if volumes:
        docker("volume", "rm", "--force", *volumes, check=False)


def _in_order(containers: tuple[ContainerDefinition, ...]) -> list[ContainerDefinition]:
    """Dependencies first. ECS refuses circles when a definition is registered."""
    left, ordered = list(containers), list[ContainerDefinition]()
    while left:
        done = {one.name for one in ordered}
        ready = [one for one in left if set(one.depends_on) <= done] or left
        ordered += ready
        left = [one for one in left if one not in ready]
    return ordered


def _met(container: Container, condition: str) -> bool:
    state = container.state
    ended = state["Status"] == "exited"
    if condition == "SUCCESS" and ended and state["ExitCode"]:
        raise EngineError(f"{container.name} ended with {state['ExitCode']}: {container.logs()[-500:]}")
    met: dict[str, bool] = {
        "START": state["Running"] or ended,
        "COMPLETE": ended,
        "SUCCESS": ended and state["ExitCode"] == 0,
        "HEALTHY": _health(state) == "healthy",
    }
    return met[condition]


def _health(state: Mapping[str, Any]) -> str:
    return str((state.get("Health") or {}).get("Status", ""))
