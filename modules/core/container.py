"""A container of a Fargate task: its health check, secrets and mounts, as ECS takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# User and group of the image as numbers; group 0 as in the official Airflow image.
AIRFLOW_USER = "50000:0"
# The minimum of ECS:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html
RESTART_ATTEMPT_SECONDS = 60


@dataclass(frozen=True)
class Secret:
    """A reference to a SecureString in Parameter Store; Terraform never has its value.

    Args:
        name: last part of the parameter's name.
        arn: ARN of the parameter.
        key_arn: ARN of the KMS key that encrypts it.
        version: version of the parameter; a new version changes the task definitions that use it.
    """

    name: str
    arn: str
    key_arn: str
    version: str


@dataclass(frozen=True)
class HealthCheck:
    """A container health check.

    Args:
        command: program and arguments.
        interval: seconds between two checks.
        timeout: seconds until a check counts as failed.
        retries: consecutive failures that make the container unhealthy.
        start_period: seconds after the start in which failures do not count (at most 300).
    """

    command: tuple[str, ...]
    interval: int = 30
    timeout: int = 15
    retries: int = 3
    start_period: int = 120

    def as_ecs(self) -> dict[str, Any]:
        """Return the health check as ``RegisterTaskDefinition`` takes it."""
        return {
            "command": ["CMD", *self.command],
            "interval": self.interval,
            "timeout": self.timeout,
            "retries": self.retries,
            "startPeriod": self.start_period,
        }


@dataclass
class Container:
    """One container of a Fargate task; it can be changed until the task is rendered.

    Args:
        name: name of the container.
        image: image, by digest or tag.
        command: arguments of the image's entrypoint.
        log_group: log group of the container's output.
        region: AWS region of the log group.
        essential: stop the task when the container stops.
        ports: TCP ports that the container serves.
        health_check: health check, if any.
        stop_timeout: seconds between SIGTERM and SIGKILL (at most 120 on Fargate).
        restarts: let ECS restart the container without replacing the task.
        start_after: container name -> ECS condition (``START``, ``HEALTHY``, ``SUCCESS``) to wait for.
        environment: environment variables.
        secrets: environment variable -> secret.
        mounts: volume name -> path.
        read_only_mounts: names of the volumes that are mounted read-only.
    """

    name: str
    image: str
    command: tuple[str, ...]
    log_group: str
    region: str
    essential: bool = True
    ports: tuple[int, ...] = ()
    health_check: HealthCheck | None = None
    stop_timeout: int = 30
    restarts: bool = False
    start_after: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    mounts: dict[str, str] = field(default_factory=dict)
    read_only_mounts: set[str] = field(default_factory=set)

    def as_ecs(self) -> dict[str, Any]:
        """Return the container definition as ``RegisterTaskDefinition`` takes it, in a stable order."""
        definition: dict[str, Any] = {
            "name": self.name,
            "image": self.image,
            "essential": self.essential,
            "command": list(self.command),
            "user": AIRFLOW_USER,
            "privileged": False,
            "readonlyRootFilesystem": True,
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
