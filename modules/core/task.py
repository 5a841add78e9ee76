"""The containers and roles of a Fargate task, collected before its task definition is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from modules.core.connections import Connections
from modules.core.container import Container, Secret
from modules.core.grants import Role, statement


class Client(Protocol):
    """A component that uses backing services."""

    @property
    def connections(self) -> Connections:
        """Security group of the component."""
        ...

    @property
    def task_role(self) -> Role:
        """Role of the component's process."""
        ...

    def add_environment(self, **variables: str) -> None:
        """Set environment variables of the component."""
        ...

    def add_secret(self, variable: str, secret: Secret) -> None:
        """Set the environment variable ``variable`` to the value of ``secret`` when a container starts."""
        ...


class BackingService(Protocol):
    """A service that components use, for example the database or the broker."""

    def serve(self, client: Client) -> None:
        """Give ``client`` network access, address, secrets and IAM permissions."""
        ...


class Sidecar(Protocol):
    """An addition to the Fargate task of a component: usually a container, its variables and its permissions."""

    def join(self, task: FargateTask) -> None:
        """Add the sidecar to ``task``."""
        ...


@dataclass
class FargateTask:
    """The containers of one task definition and their two roles.

    Args:
        main: the container that runs the Airflow process.
        connections: security group of the task.
        task_role: role of the processes in the containers.
        execution_role: role with which ECS pulls the image, reads secrets and writes logs.
        sidecars: further containers.
        volumes: names of the volumes.
    """

    main: Container
    connections: Connections
    task_role: Role
    execution_role: Role
    sidecars: list[Container] = field(default_factory=list)
    volumes: set[str] = field(default_factory=set)

    def add_environment(self, **variables: str) -> None:
        """Set environment variables of the main container."""
        self.main.environment.update(variables)

    def add_secret(self, variable: str, secret: Secret) -> None:
        """Set the variable ``variable`` of the main container to the value of ``secret``."""
        self.add_secret_to(self.main, variable, secret)

    def add_secret_to(self, container: Container, variable: str, secret: Secret) -> None:
        """Set the variable ``variable`` of ``container`` to the value of ``secret``, which ECS reads at start."""
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
        """Add an empty volume that exists as long as the task.

        Args:
            volume: name of the volume.
            path: path of the mount.
            containers: containers that mount it; the main container if none is given.
            read_only: mount it read-only.
        """
        self.volumes.add(volume)
        for container in containers or (self.main,):
            container.mounts[volume] = path
            if read_only:
                container.read_only_mounts.add(volume)

    def use(self, services: Sequence[BackingService]) -> None:
        """Connect the task to ``services``."""
        for service in services:
            service.serve(self)

    def join(self, sidecars: Sequence[Sidecar]) -> None:
        """Add ``sidecars`` to the task."""
        for sidecar in sidecars:
            sidecar.join(self)

    def secret_versions(self) -> dict[str, str]:
        """Return the version of each secret in use; a new version changes the task definition, so ECS redeploys."""
        used = {s.name: s.version for c in (self.main, *self.sidecars) for s in c.secrets.values()}
        return dict(sorted(used.items()))

    def render(self) -> str:
        """Return ``container_definitions`` as JSON text in which references stay readable."""
        versions = self.secret_versions()
        if versions:
            self.main.environment["AIRFLOW_SECRET_VERSIONS"] = ",".join(f"{k}:{v}" for k, v in versions.items())
        return json.dumps([container.as_ecs() for container in (self.main, *self.sidecars)], sort_keys=True)
