"""Builds the Compose document from tasks. The same tasks always give the same document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.compose.backing_services import DATA, POSTGRES, REDIS, ROTATED, backing_services
from local.compose.differences import AWS, SHARED, LocalTask
from local.compose.local_run import LOOPBACK, LocalRun
from local.compose.tasks import Task
from local.containers.definition import ContainerDefinition

MIGRATE = ("migrate",)
CONDITIONS = {
    "START": "service_started",
    "HEALTHY": "service_healthy",
    "SUCCESS": "service_completed_successfully",
    "COMPLETE": "service_completed_successfully",
}


def document(tasks: Iterable[LocalTask], *, local_run: LocalRun) -> dict[str, Any]:
    """The Compose document of ``tasks`` and their backing services.

    The document holds no secret values: its ``env_file`` entries name the files that do.
    """
    tasks = tuple(tasks)
    migration = next((local.task.name for local in tasks if local.task.main.command == MIGRATE), None)
    services: dict[str, Any] = {}
    volumes: dict[str, Any] = {DATA: {"name": local_run.data, "external": True}}
    for local in tasks:
        services |= _Writer(local, local_run=local_run, migration=migration).services()
        volumes |= {f"{local.task.name}-{volume}": {} for volume in local.task.volumes}
    containers = [container for local in tasks for container in local.task.containers]
    services = backing_services(containers, local_run=local_run) | services
    return {"name": local_run.project, "services": services, "volumes": volumes}


class _Writer:
    """Writes the services of one task: one for each container, and one that holds their common network address."""

    def __init__(self, local: LocalTask, *, local_run: LocalRun, migration: str | None) -> None:
        self._task, self._dags, self._run, self._migration = local.task, local.dags, local_run, migration
        self._names = {container.name: local.service_name(container) for container in local.task.containers}
        self._shares_address = local.task.is_service or len(local.task.containers) > 1

    def services(self) -> dict[str, Any]:
        written = {self._names[container.name]: self._container(container) for container in self._task.containers}
        if self._shares_address:
            written[self._address] = self._address_holder()
        if not self._task.is_service and self._task.name != self._migration:
            # Not part of `up`: started by name with `docker-compose run db-clean`.
            written = {name: {**service, "profiles": ["once"]} for name, service in written.items()}
        return written

    @property
    def _address(self) -> str:
        return f"{self._task.name}-network"

    def _address_holder(self) -> dict[str, Any]:
        """A service that keeps the task's network address while the task's containers restart."""
        holder: dict[str, Any] = {
            "image": self._run.images["airflow"],
            "entrypoint": ["sleep", "infinity"],
            "init": True,
            "user": self._task.main.user,
            "read_only": True,
            "cap_drop": ["ALL"],
            "healthcheck": {"disable": True},
            "restart": "unless-stopped",
            "networks": {"default": {"aliases": list(self._task.names)}},
        }
        port = self._task.load_balancer_port
        return holder | ({"ports": [f"{LOOPBACK}:{self._run.port}:{port}"]} if port else {})

    def _container(self, container: ContainerDefinition) -> dict[str, Any]:
        task, name = self._task, self._names[container.name]
        service: dict[str, Any] = {
            "image": self._run.images["airflow"],
            "command": [_escaped(word) for word in container.command],
            "environment": {variable: _escaped(value) for variable, value in sorted(container.environment.items())},
            "depends_on": self._depends_on(container),
            "user": container.user,
            "init": container.init,
            "read_only": container.read_only_root,
            "privileged": container.privileged,
            "cap_drop": list(container.dropped_capabilities),
            "cap_add": list(container.added_capabilities),
            "healthcheck": _health(container),
            "volumes": self._volumes(container),
            "stop_grace_period": f"{container.stop_timeout}s",
            "restart": _restart(container, task),
            "logging": ROTATED,
        }
        secrets = [{"path": self._run.env_file(name), "format": "raw"}] if container.secrets else None
        optional = {
            "network_mode": f"service:{self._address}" if self._shares_address else None,
            "entrypoint": list(container.entry_point),
            "working_dir": container.working_directory,
            # Fargate limits the sum of a task's containers; Docker can only limit each container.
            "mem_limit": f"{task.memory_mib}m" if task.memory_mib else None,
            "env_file": secrets,
        }
        return service | {key: value for key, value in optional.items() if value}

    def _depends_on(self, container: ContainerDefinition) -> dict[str, Any]:
        conditions = {AWS: "HEALTHY"}
        if self._shares_address:
            conditions[self._address] = "START"
        if "AIRFLOW_DB_HOST" in container.environment:
            conditions[POSTGRES] = "HEALTHY"
            if self._migration and self._task.name != self._migration:
                conditions[self._migration] = "SUCCESS"
        if "AIRFLOW_BROKER_HOST" in container.environment:
            conditions[REDIS] = "HEALTHY"
        conditions |= {self._names[other]: condition for other, condition in container.depends_on.items()}
        return {name: {"condition": CONDITIONS[condition]} for name, condition in sorted(conditions.items())}

    def _volumes(self, container: ContainerDefinition) -> list[dict[str, Any]]:
        mounted = [
            _mount("volume", f"{self._task.name}-{mount.volume}", mount.path, read_only=mount.read_only)
            for mount in container.mounts
        ]
        mounted.append(_mount("bind", f"./{self._run.folder}/shared", SHARED, read_only=True))
        if self._run.dags and container.name in self._dags:
            mounted.append(_mount("bind", self._run.dags, self._dags[container.name], read_only=True))
        return mounted


def _mount(kind: str, source: str, target: str, *, read_only: bool) -> dict[str, Any]:
    return {"type": kind, "source": source, "target": target, "read_only": read_only}


def _restart(container: ContainerDefinition, task: Task) -> str:
    """As on ECS: restart essential containers of a service, and sidecars that have a restart policy."""
    return "unless-stopped" if task.is_service and (container.essential or container.restarts) else "no"


def _health(container: ContainerDefinition) -> dict[str, Any]:
    """The definition's health check; disabled where it has none, because ECS ignores the image's own check."""
    health = container.health
    if health is None:
        return {"disable": True}
    return {
        "test": [_escaped(word) for word in health.test],
        "interval": f"{health.interval}s",
        "timeout": f"{health.timeout}s",
        "retries": health.retries,
        "start_period": f"{health.start_period}s",
    }


def _escaped(text: str) -> str:
    """Double each dollar sign, so that Compose does not interpolate ``$NAME``."""
    return text.replace("$", "$$")
