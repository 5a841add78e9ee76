"""A Fargate task on its way to becoming a task definition."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from modules.core.connections import Connections
from modules.core.grants import Role, statement

# The image's user; ECS wants numbers, so that no user database is asked. GID 0 as in Airflow's own image.
AIRFLOW_USER = "50000:0"
# The shortest time between two starts that ECS allows:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
RESTART_ATTEMPT_SECONDS = 60


@dataclass(frozen=True)
class Secret:
    """A SecureString in Parameter Store, by reference. The value is nowhere in Terraform."""

    name: str
    arn: str
    key_arn: str
    version: str


class Client(Protocol):
    """Whoever uses a backing service: it has a network identity, variables, secrets and permissions."""

    @property
    def connections(self) -> Connections: ...

    @property
    def task_role(self) -> Role: ...

    def add_environment(self, **variables: str) -> None: ...

    def add_secret(self, variable: str, secret: Secret) -> None: ...


class BackingService(Protocol):
    """What components use. One verb brings the way in, the address, the secret and the grant."""

    def serve(self, client: Client) -> None: ...


@dataclass(frozen=True)
class HealthCheck:
    """Seconds, as ECS counts them; ``start_period`` is at most 300."""

    command: tuple[str, ...]
    interval: int = 30
    timeout: int = 15
    retries: int = 3
    start_period: int = 120

    def as_ecs(self) -> dict[str, Any]:
        return {
            "command": ["CMD", *self.command],
            "interval": self.interval,
            "timeout": self.timeout,
            "retries": self.retries,
            "startPeriod": self.start_period,
        }


@dataclass
class Container:
    """One container of a Fargate task; variables and secrets may still be added until the task is rendered."""

    name: str
    image: str
    command: tuple[str, ...]
    log_group: str
    region: str
    essential: bool = True
    ports: tuple[int, ...] = ()
    health_check: HealthCheck | None = None
    stop_timeout: int = 30
    read_only_root: bool = True
    restarts: bool = False
    start_after: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    mounts: dict[str, str] = field(default_factory=dict)
    read_only_mounts: set[str] = field(default_factory=set)

    def as_ecs(self) -> dict[str, Any]:
        """The container definition as ``RegisterTaskDefinition`` takes it, sorted so that it is stable."""
        definition: dict[str, Any] = {
            "name": self.name,
            "image": self.image,
            "essential": self.essential,
            "command": list(self.command),
            "user": AIRFLOW_USER,
            "privileged": False,
            "readonlyRootFilesystem": self.read_only_root,
            "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
            "stopTimeout": self.stop_timeout,
            "environment": [{"name": name, "value": value} for name, value in sorted(self.environment.items())],
            "secrets": [{"name": name, "valueFrom": secret.arn} for name, secret in sorted(self.secrets.items())],
            "mountPoints": [
                {"sourceVolume": volume, "containerPath": path, "readOnly": volume in self.read_only_mounts}
                for volume, path in sorted(self.mounts.items())
            ],
            "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"} for port in self.ports],
            "dependsOn": [
                {"containerName": other, "condition": condition}
                for other, condition in sorted(self.start_after.items())
            ],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": self.log_group,
                    "awslogs-region": self.region,
                    "awslogs-stream-prefix": self.name,
                    "mode": "non-blocking",
                    "max-buffer-size": "4m",
                },
            },
            "systemControls": [],
            "volumesFrom": [],
        }
        if self.restarts:
            definition["restartPolicy"] = {"enabled": True, "restartAttemptPeriod": RESTART_ATTEMPT_SECONDS}
        if self.health_check:
            definition["healthCheck"] = self.health_check.as_ecs()
        return definition


class Sidecar(Protocol):
    """Something that runs beside a component: it joins a task and changes what it must."""

    def join(self, task: FargateTask) -> None: ...


@dataclass
class FargateTask:
    """The containers of one task definition and the two roles they work with."""

    main: Container
    connections: Connections
    task_role: Role
    execution_role: Role
    sidecars: list[Container] = field(default_factory=list)
    volumes: set[str] = field(default_factory=set)

    def add_environment(self, **variables: str) -> None:
        self.main.environment.update(variables)

    def add_secret(self, variable: str, secret: Secret) -> None:
        """Let ECS resolve ``secret`` into ``variable`` of the main container."""
        self.add_secret_to(self.main, variable, secret)

    def add_secret_to(self, container: Container, variable: str, secret: Secret) -> None:
        container.secrets[variable] = secret
        self.execution_role.grant(
            f"read-{secret.name}",
            statement("ssm:GetParameters", on=[secret.arn]),
            statement(
                "kms:Decrypt",
                on=[secret.key_arn],
                conditions={"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": secret.arn}},
            ),
        )

    def add_volume(self, volume: str, path: str, *containers: Container, read_only: bool = False) -> None:
        """An empty directory that lives as long as the task, mounted at ``path``."""
        self.volumes.add(volume)
        for container in containers or (self.main,):
            container.mounts[volume] = path
            if read_only:
                container.read_only_mounts.add(volume)

    def use(self, services: Sequence[BackingService]) -> None:
        for service in services:
            service.serve(self)

    def join(self, sidecars: Sequence[Sidecar]) -> None:
        for sidecar in sidecars:
            sidecar.join(self)

    def secret_versions(self) -> dict[str, str]:
        """Version of every secret in use: a changed secret changes the task definition, and the service rolls."""
        used = {s.name: s.version for c in (self.main, *self.sidecars) for s in c.secrets.values()}
        return dict(sorted(used.items()))

    def render(self) -> str:
        """``container_definitions`` as JSON text in which references stay readable."""
        versions = self.secret_versions()
        if versions:
            self.main.environment["AIRFLOW_SECRET_VERSIONS"] = ",".join(f"{k}:{v}" for k, v in versions.items())
        return json.dumps([container.as_ecs() for container in (self.main, *self.sidecars)], sort_keys=True)
