"""The Compose file: tasks in, a document of plain data out. The same tasks give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.compose.backing_services import DATA, POSTGRES, REDIS, ROTATED, beside
from local.compose.differences import AWS, SHARED, Local
from local.compose.location import LOOPBACK, Place
from local.compose.tasks import Task
from local.containers.definition import ContainerDefinition

MIGRATE = ("migrate",)
CONDITIONS = {
    "START": "service_started",
    "HEALTHY": "service_healthy",
    "SUCCESS": "service_completed_successfully",
    "COMPLETE": "service_completed_successfully",
}


def document(locals_: Iterable[Local], *, place: Place) -> dict[str, Any]:
    """The Compose document. Secret values are in the files that its ``env_file`` entries name, never in it."""
    tasks = tuple(locals_)
    migration = next((one.task.name for one in tasks if one.task.main.command == MIGRATE), None)
    services: dict[str, Any] = {}
    volumes: dict[str, Any] = {DATA: {"name": place.data, "external": True}}
    for one in tasks:
        services |= _Writer(one, place=place, migration=migration).services()
        volumes |= {f"{one.task.name}-{volume}": {} for volume in one.task.volumes}
    containers = [container for one in tasks for container in one.task.containers]
    return {"name": place.project, "services": beside(containers, place=place) | services, "volumes": volumes}


class _Writer:
    """Writes one task: a service for each container and, as on Fargate, one address for all of them."""

    def __init__(self, local: Local, *, place: Place, migration: str | None) -> None:
        self._task, self._dags, self._place, self._migration = local.task, local.dags, place, migration
        self._names = {one.name: local.service_name(one) for one in local.task.containers}
        self._shares_address = local.task.is_service or len(local.task.containers) > 1

    def services(self) -> dict[str, Any]:
        written = {self._names[one.name]: self._container(one) for one in self._task.containers}
        if self._shares_address:
            written[self._address] = self._holder()
        if not self._task.is_service and self._task.name != self._migration:
            # Started by name: docker-compose run db-clean.
            written = {name: {**service, "profiles": ["once"]} for name, service in written.items()}
        return written

    @property
    def _address(self) -> str:
        return f"{self._task.name}-network"

    def _holder(self) -> dict[str, Any]:
        """Holds the address and outlives each container that shares it: a restarted one comes back to the same."""
        holder: dict[str, Any] = {
            "image": self._place.images["airflow"],
            "entrypoint": ["sleep", "infinity"],
            "init": True,
            "user": self._task.main.user,
            "read_only": True,
            "cap_drop": ["ALL"],
            "healthcheck": {"disable": True},
            "restart": "unless-stopped",
            "networks": {"default": {"aliases": list(self._task.names)}},
        }
        door = self._task.behind_door
        return holder | ({"ports": [f"{LOOPBACK}:{self._place.port}:{door}"]} if door else {})

    def _container(self, container: ContainerDefinition) -> dict[str, Any]:
        task, place, name = self._task, self._place, self._names[container.name]
        service: dict[str, Any] = {
            "image": place.images["airflow"],
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
        secrets = [{"path": place.env_file(name), "format": "raw"}] if container.secrets else None
        optional = {
            "network_mode": f"service:{self._address}" if self._shares_address else None,
            "entrypoint": list(container.entry_point),
            "working_dir": container.working_directory,
            # Fargate's limit is for all containers of a task together; here each has it for itself.
            "mem_limit": f"{task.memory_mib}m" if task.memory_mib else None,
            "env_file": secrets,
        }
        return service | {key: value for key, value in optional.items() if value}

    def _depends_on(self, container: ContainerDefinition) -> dict[str, Any]:
        wanted = {AWS: "HEALTHY"}
        if self._shares_address:
            wanted[self._address] = "START"
        if "AIRFLOW_DB_HOST" in container.environment:
            wanted[POSTGRES] = "HEALTHY"
            if self._migration and self._task.name != self._migration:
                wanted[self._migration] = "SUCCESS"
        if "AIRFLOW_BROKER_HOST" in container.environment:
            wanted[REDIS] = "HEALTHY"
        wanted |= {self._names[other]: condition for other, condition in container.depends_on.items()}
        return {name: {"condition": CONDITIONS[condition]} for name, condition in sorted(wanted.items())}

    def _volumes(self, container: ContainerDefinition) -> list[dict[str, Any]]:
        mounted = [
            _mount("volume", f"{self._task.name}-{mount.volume}", mount.path, read_only=mount.read_only)
            for mount in container.mounts
        ]
        mounted.append(_mount("bind", f"./{self._place.folder}/shared", SHARED, read_only=True))
        if self._place.dags and container.name in self._dags:
            mounted.append(_mount("bind", self._place.dags, self._dags[container.name], read_only=True))
        return mounted


def _mount(kind: str, source: str, target: str, *, read_only: bool) -> dict[str, Any]:
    return {"type": kind, "source": source, "target": target, "read_only": read_only}


def _restart(container: ContainerDefinition, task: Task) -> str:
    """ECS replaces a task whose essential container ended, and restarts a sidecar that has a restart policy."""
    return "unless-stopped" if task.is_service and (container.essential or container.restarts) else "no"


def _health(container: ContainerDefinition) -> dict[str, Any]:
    """ECS does not look at the image's own health check, so where the definition has none there is none."""
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
    """Compose replaces ``$NAME`` unless the sign is doubled."""
    return text.replace("$", "$$")
