"""A container definition of ECS, read once for whoever runs it: as ``docker run`` or as a Compose service.

It is read strictly: a key that nobody here translates is an error, so that no setting is lost on the way in silence.
Form: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

# What a container gets that says nothing (the page above): 30 s to stop; health every 30 s, 5 s for it, 3 tries.
STOP_SECONDS = 30
# Where logs go is for the runner to say; hostPort repeats containerPort on Fargate; systemControls are per kernel.
LEFT_TO_THE_RUNNER = frozenset({"logConfiguration", "cpu", "memory", "memoryReservation"})
TRANSLATED = frozenset(
    {
        "name", "image", "command", "entryPoint", "essential", "environment", "secrets", "user", "privileged",
        "readonlyRootFilesystem", "linuxParameters", "healthCheck", "mountPoints", "portMappings", "dependsOn",
        "stopTimeout", "restartPolicy", "workingDirectory",
    }
)  # fmt: skip
LINUX = frozenset({"capabilities", "initProcessEnabled"})


class DefinitionError(ValueError):
    """A definition that cannot be run as it says; the message names container and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """``test`` is ECS's and Docker's list (``CMD`` or ``CMD-SHELL`` first); times in seconds."""

    test: tuple[str, ...]
    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int = 0

    def every(self, seconds: int) -> HealthCheck:
        """Asked at least so often, that a start is noticed; unhealthy after the same time as before."""
        if self.interval <= seconds:
            return self
        return replace(self, interval=seconds, retries=math.ceil(self.interval * self.retries / seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A volume of the task at a path of the container."""

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerDefinition:
    """One container. ``secrets`` holds references (variable to ``valueFrom``), never values; times in seconds."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    entry_point: tuple[str, ...] = ()
    essential: bool = True
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    user: str = ""
    privileged: bool = False
    read_only_root: bool = False
    added_capabilities: tuple[str, ...] = ()
    dropped_capabilities: tuple[str, ...] = ()
    init: bool = False
    health: HealthCheck | None = None
    mounts: tuple[Mount, ...] = ()
    ports: tuple[int, ...] = ()
    depends_on: Mapping[str, str]
    stop_timeout: int = STOP_SECONDS
    restarts: bool = False
    working_directory: str = ""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> ContainerDefinition:
        """Read the JSON object of one container, as ``DescribeTaskDefinition`` returns it.

        Raises DefinitionError where it holds a key that is not translated here.
        """
        _refuse_unknown(body)
        linux = body.get("linuxParameters") or {}
        capabilities = linux.get("capabilities") or {}
        health = body.get("healthCheck")
        return cls(
            name=body["name"],
            image=body["image"],
            command=tuple(body.get("command") or ()),
            entry_point=tuple(body.get("entryPoint") or ()),
            essential=body.get("essential", True),
            environment=_pairs(body.get("environment"), "name", "value"),
            secrets=_pairs(body.get("secrets"), "name", "valueFrom"),
            user=body.get("user") or "",
            privileged=bool(body.get("privileged")),
            read_only_root=bool(body.get("readonlyRootFilesystem")),
            added_capabilities=tuple(capabilities.get("add") or ()),
            dropped_capabilities=tuple(capabilities.get("drop") or ()),
            init=bool(linux.get("initProcessEnabled")),
            health=_health(health) if health else None,
            mounts=tuple(map(_mount, body.get("mountPoints") or ())),
            ports=tuple(port["containerPort"] for port in body.get("portMappings") or ()),
            depends_on=_pairs(body.get("dependsOn"), "containerName", "condition"),
            stop_timeout=body.get("stopTimeout", STOP_SECONDS),
            restarts=bool((body.get("restartPolicy") or {}).get("enabled")),
            working_directory=body.get("workingDirectory") or "",
        )


def read_all(definitions: str | Iterable[Mapping[str, Any]]) -> tuple[ContainerDefinition, ...]:
    """The containers of one task definition: Terraform's JSON text, or the list that the API returns."""
    bodies = json.loads(definitions) if isinstance(definitions, str) else definitions
    return tuple(map(ContainerDefinition.of, bodies))


def docker_options(container: ContainerDefinition, *, volumes: Mapping[str, str]) -> list[str]:
    """The words of ``docker run`` that make a container what its definition says, but image, command and variables.

    ``volumes`` gives for each volume of the task what to mount: the name of a Docker volume, or a folder.
    """
    health = container.health
    words = ["--stop-timeout", str(container.stop_timeout)]
    words += ["--user", container.user] if container.user else []
    words += ["--privileged"] if container.privileged else []
    words += ["--read-only"] if container.read_only_root else []
    words += ["--init"] if container.init else []
    words += ["--workdir", container.working_directory] if container.working_directory else []
    words += [word for name in container.dropped_capabilities for word in ("--cap-drop", name)]
    words += [word for name in container.added_capabilities for word in ("--cap-add", name)]
    for mount in container.mounts:
        words += ["--volume", f"{volumes[mount.volume]}:{mount.path}:{'ro' if mount.read_only else 'rw'}"]
    return words + (_health_options(health) if health else ["--no-healthcheck"])


def _health_options(health: HealthCheck) -> list[str]:
    """``docker run`` knows the shell form only: the words are quoted for it."""
    kind, *words = health.test
    command = words[0] if kind == "CMD-SHELL" else shlex.join(words)
    seconds = {"interval": health.interval, "timeout": health.timeout, "start-period": health.start_period}
    timing = [word for name, value in seconds.items() for word in (f"--health-{name}", f"{value}s")]
    return ["--health-cmd", command, *timing, "--health-retries", str(health.retries)]


def _pairs(items: Iterable[Mapping[str, Any]] | None, key: str, value: str) -> dict[str, str]:
    return {item[key]: item[value] for item in items or ()}


def _health(body: Mapping[str, Any]) -> HealthCheck:
    times = {"interval": "interval", "timeout": "timeout", "retries": "retries", "startPeriod": "start_period"}
    given = {ours: body[theirs] for theirs, ours in times.items() if body.get(theirs) is not None}
    return HealthCheck(test=tuple(body["command"]), **given)


def _mount(body: Mapping[str, Any]) -> Mount:
    return Mount(volume=body["sourceVolume"], path=body["containerPath"], read_only=bool(body.get("readOnly")))


def _refuse_unknown(body: Mapping[str, Any]) -> None:
    unknown = [key for key, value in body.items() if value and key not in TRANSLATED | LEFT_TO_THE_RUNNER]
    unknown += [
        f"linuxParameters.{key}"
        for key, value in (body.get("linuxParameters") or {}).items()
        if value and key not in LINUX
    ]
    if unknown:
        name = body.get("name", "?")
        raise DefinitionError(
            f"container {name}: {', '.join(sorted(unknown))} is not translated by {__name__}. Fix: add it there"
        )
