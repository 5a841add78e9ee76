"""A further container of a Fargate task, which runs the image of the main container."""

from __future__ import annotations

from modules.core.container import Container
from modules.core.task import FargateTask


def add_sidecar(task: FargateTask, name: str, command: str, **settings: str) -> Container:
    """Add a container of the same image, so that one digest is pinned, scanned and pulled.

    The container is not essential: ECS restarts it without replacing the task.
    """
    main = task.main
    container = Container(
        name=name,
        image=main.image,
        command=(command,),
        essential=False,
        restarts=True,
        log_group=main.log_group,
        region=main.region,
        environment={"AIRFLOW_COMPONENT": command, **settings},
    )
    task.add_volume(f"{name}-tmp", "/tmp", container)
    task.sidecars.append(container)
    return container
