"""Reads ECS container definitions and translates them to ``docker run`` and Compose.

A key without a translation is an error, so that no setting is dropped silently.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

# ECS's defaults (the page above): 30 s to stop; a health check each 30 s with a timeout of 5 s and 3 retries.
STOP_SECONDS = 30
# Keys that are not translated: the caller chooses the log driver and limits memory for the whole task.
IGNORED = frozenset({"logConfiguration", "cpu", "memory", "memoryReservation"})
TRANSLATED = frozenset(
    {
        "name", "image", "command", "entryPoint", "essential", "environment", "secrets", "user", "privileged",
        "readonlyRootFilesystem", "linuxParameters", "healthCheck", "mountPoints", "portMappings", "dependsOn",
        "stopTimeout", "restartPolicy", "workingDirectory",
    }
)  # fmt: skip
LINUX = frozenset({"capabilities", "initProcessEnabled"})


class DefinitionError(ValueError):
    """Raised for a definition that cannot be translated. The message names container and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """A health check; times in seconds.

    Args:
        test: the command as a list that starts with ``CMD`` or ``CMD-SHELL``.
    """

    test: tuple[str, ...]
    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int = 0

    def every(self, seconds: int) -> HealthCheck:
        """The check with an interval of at most ``seconds``, and more retries for the same time to unhealthy."""
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
    """A container definition; times in seconds.

    Args:
        secrets: references to secrets by variable (``valueFrom``), never values.
        depends_on: condition by the name of the other container.
        init: whether an init process is PID 1.
        restarts: whether the container has a restart policy.
    """

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

        Raises:
            DefinitionError: ``body`` holds a key without a translation.
        """
        _check_keys(body)
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
    """Read the containers of a task definition, given as Terraform's JSON text or as the API's list."""
    bodies = json.loads(definitions) if isinstance(definitions, str) else definitions
    return tuple(map(ContainerDefinition.of, bodies))


def docker_options(container: ContainerDefinition, *, volumes: Mapping[str, str]) -> list[str]:
    """The options of ``docker run`` for a container, without image, command and variables.

    Args:
        volumes: Docker volume or folder to mount, by the name of the task's volume.
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
    """The health options. ``docker run`` takes a shell command, so the words of ``CMD`` are quoted."""
    kind, *words = health.test
    command = words[0] if kind == "CMD-SHELL" else shlex.join(words)
    seconds = {"interval": health.interval, "timeout": health.timeout, "start-period": health.start_period}
    timing = [word for name, value in seconds.items() for word in (f"--health-{name}", f"{value}s")]
    return ["--health-cmd", command, *timing, "--health-retries", str(health.retries)]


def _pairs(items: Iterable[Mapping[str, Any]] | None, key: str, value: str) -> dict[str, str]:
    return {item[key]: item[value] for item in items or ()}


def _health(body: Mapping[str, Any]) -> HealthCheck:
    fields = {"interval": "interval", "timeout": "timeout", "retries": "retries", "startPeriod": "start_period"}
    given = {name: body[key] for key, name in fields.items() if body.get(key) is not None}
    return HealthCheck(test=tuple(body["command"]), **given)


def _mount(body: Mapping[str, Any]) -> Mount:
    return Mount(volume=body["sourceVolume"], path=body["containerPath"], read_only=bool(body.get("readOnly")))


def _check_keys(body: Mapping[str, Any]) -> None:
    unknown = [key for key, value in body.items() if value and key not in TRANSLATED | IGNORED]
    unknown += [
        f"linuxParameters.{key}"
        for key, value in (body.get("linuxParameters") or {}).items()
        if value and key not in LINUX
    ]
    if unknown:
        name = body.get("name", "?")
        raise DefinitionError(
            f"container {name}: {', '.join(sorted(unknown))} has no translation in {__name__}. Fix: add one"
        )
