"""Synthesized environments and their Compose documents for tests; no engine is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from local.compose import tasks
from local.compose.differences import LocalTask, localize
from local.compose.document import document
from local.compose.local_run import LocalRun
from local.compose.project import Project
from tests.reading import fargate_tasks
from tests.synthesis import Deployment, deployed

TOPOLOGIES = ("sequential", "single", "local_executor", "celery")
BASE_URL = "http://127.0.0.1:8080"


def stacks_of(deployment: Deployment) -> Path:
    """The folder that holds the stacks of a synthesized environment."""
    return next(iter(deployment.files.values())).parent.parent


def localized(deployment: Deployment, *, mount_dags: bool = True) -> tuple[LocalTask, ...]:
    found = tasks.read(deployment.environment.name, stacks=stacks_of(deployment))
    return localize(found, base_url=BASE_URL, mount_dags=mount_dags)


def composed(deployment: Deployment, *, mount_dags: bool = True) -> dict[str, Any]:
    local_run = LocalRun(
        project="airflow-fargate-test",
        folder="test",
        data="airflow-fargate-test-database",
        images={name: f"{name}:local" for name in ("airflow", "postgres", "redis", "emulator")},
        port=8080,
        dags="/somewhere/dags" if mount_dags else None,
    )
    return document(localized(deployment, mount_dags=mount_dags), local_run=local_run)


def written(deployment: Deployment, project: Project) -> str:
    """Write the Compose file, check that YAML reads the same document from it, and return its text."""
    project.write(composed(deployment))
    text = project.file.read_text()
    assert yaml.safe_load(text) == composed(deployment)
    return text


def definitions(deployment: Deployment) -> dict[str, list[dict[str, Any]]]:
    """Synthesized container definitions by the name of their task's essential container."""
    return {
        name: [dict(container.body) for container in task.containers]
        for name, task in fargate_tasks(deployment).items()
    }


def environment_of(topology: str, **changes: Any) -> Deployment:
    return deployed(topology=topology, **changes)
