"""AF_ECS_13: a container with a read-only root file system mounts a writable volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition
from terraform_gate.terraform_resource import items

_TMP = "/tmp"  # noqa: S108  a path in the container
_NEEDED = (_TMP,)
_VOLUMES = [{"name": "tmp"}]


def _mounted(*paths: str, read_only: bool = False) -> dict[str, object]:
    points = [{"sourceVolume": "tmp", "containerPath": path, "readOnly": read_only} for path in paths]
    return container(
        mountPoints=points, environment=[{"name": "AIRFLOW_COMPONENT", "value": "worker"}], command=["worker"]
    )


class WritablePaths(ContainerRule):
    """Airflow containers without a writable /tmp."""

    id = "AF_ECS_13"
    title = "Every Airflow container with a read-only root file system mounts an existing, writable volume at /tmp"
    severity = Severity.MEDIUM
    why = (
        "Python, Airflow and Celery write to /tmp during startup: without a writable /tmp, the container exits before "
        "its first log line."
    )
    remediation = "Add a volume to the task definition and a mount point for /tmp to the container."
    references = ()
    passing = (Example(title="a volume is mounted", resources=task_definition(_mounted(_TMP), volume=_VOLUMES)),)
    failing = (
        Example(title="nothing is mounted", resources=task_definition(_mounted())),
        Example(title="mounted read-only", resources=task_definition(_mounted(_TMP, read_only=True), volume=_VOLUMES)),
        Example(
            title="the volume does not exist",
            resources=task_definition(_mounted(_TMP)),
        ),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Compare the mount points with the paths that must be writable, and with the volumes."""
        points = [item for item in items(container.body.get("mountPoints")) if isinstance(item, Mapping)]
        volumes = [block.get("name") for block in container.task.blocks("volume")]
        for point in points:
            if point.get("sourceVolume") not in volumes:
                yield f"mounts {point.get('sourceVolume')!r}, which is not a volume of the task definition"
        if container.component and container.body.get("readonlyRootFilesystem") is True:
            writable = {str(point.get("containerPath")) for point in points if not point.get("readOnly")}
            yield from (f"cannot write to {path}" for path in _NEEDED if path not in writable)


rule = WritablePaths()
