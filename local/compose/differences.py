"""Everything in which a local container differs from its task definition: this file, and nothing else.

docs/local.md repeats the list for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from environments.facts.secrets import GIT_BUNDLE_DEPLOY_KEY_VARIABLE
from local.compose.tasks import Task
from local.containers.definition import ContainerDefinition

# What every container finds mounted: the authority's certificate, and how boto3 is to talk to the emulator.
SHARED = "/run/airflow-fargate"
AWS = "aws"
AWS_PORT = 5000
REGION = "AWS_DEFAULT_REGION"
DAGS_FOLDER = "AIRFLOW__CORE__DAGS_FOLDER"
DEFAULT_DAGS_FOLDER = "/opt/airflow/dags"
GIT_SYNC = "git-sync"
BUNDLES = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
GIT_VARIABLES = frozenset({BUNDLES, "AIRFLOW_GIT_REPO", "AIRFLOW_GIT_KNOWN_HOSTS", GIT_BUNDLE_DEPLOY_KEY_VARIABLE})
# An edited file is seen within seconds; deployed it is minutes, which costs less.
IMPATIENT = {
    "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "2",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "2",
}
HEALTH_EVERY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A task as it runs here. ``dags``: for each container that reads DAG files, the path where it expects them."""

    task: Task
    dags: Mapping[str, str]

    def service_name(self, container: ContainerDefinition) -> str:
        """What the container is called among all: its task's name, with its own behind where it is a sidecar."""
        return self.task.name if container is self.task.main else f"{self.task.name}-{container.name}"


def localize(tasks: Iterable[Task], *, base_url: str, mount_dags: bool) -> tuple[Local, ...]:
    """The tasks with the variables of a local run; with ``mount_dags`` a folder takes the place of Git."""
    tasks = tuple(tasks)
    readers = _readers(tasks) if mount_dags else frozenset()
    own = {"AIRFLOW__API__BASE_URL": base_url, **_aws(tasks)}
    return tuple(_localized(task, readers, own=own, mount_dags=mount_dags) for task in tasks)


def _aws(tasks: Iterable[Task]) -> dict[str, str]:
    """The emulator's address, and what Fargate itself gives every container: region and credentials."""
    regions = {task.main.environment[REGION] for task in tasks if REGION in task.main.environment}
    region = min(regions, default="us-east-1")
    return {
        "AWS_ENDPOINT_URL": f"http://{AWS}:{AWS_PORT}",
        "AWS_CONFIG_FILE": f"{SHARED}/aws.config",
        REGION: region,
        "AWS_REGION": region,
        # The emulator asks for some credentials and checks none.
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }


def _readers(tasks: Iterable[Task]) -> frozenset[str]:
    """Tasks that read DAG files: those with a git-sync or a Git bundle; where DAGs are baked into the image, all."""
    tasks = tuple(tasks)
    fetching = {task.name for task in tasks if _git_volumes(task) or BUNDLES in task.main.environment}
    return frozenset(fetching or {task.name for task in tasks if task.is_service})


def _git_volumes(task: Task) -> frozenset[str]:
    """Volumes that git-sync fills for another container."""
    synced = {mount.volume for one in task.containers if _is_git(one) for mount in one.mounts}
    return frozenset(synced & {mount.volume for mount in task.main.mounts})


def _is_git(container: ContainerDefinition) -> bool:
    return container.command == (GIT_SYNC,)


def _localized(task: Task, readers: frozenset[str], *, own: Mapping[str, str], mount_dags: bool) -> Local:
    reads = task.name in readers
    folder = task.main.environment.get(DAGS_FOLDER, DEFAULT_DAGS_FOLDER)
    changed = _without_git(task) if mount_dags else task
    containers = tuple(_local_container(one, own=own) for one in changed.containers)
    return Local(task=replace(changed, containers=containers), dags={task.name: folder} if reads else {})


def _without_git(task: Task) -> Task:
    gone = {one.name for one in task.containers if _is_git(one)}
    volumes = _git_volumes(task)
    kept = tuple(
        replace(
            one,
            mounts=tuple(mount for mount in one.mounts if mount.volume not in volumes),
            depends_on={name: condition for name, condition in one.depends_on.items() if name not in gone},
            environment={name: value for name, value in one.environment.items() if name not in GIT_VARIABLES},
            secrets={name: value for name, value in one.secrets.items() if name not in GIT_VARIABLES},
        )
        for one in task.containers
        if one.name not in gone
    )
    used = {mount.volume for one in kept for mount in one.mounts}
    return replace(task, containers=kept, volumes=tuple(volume for volume in task.volumes if volume in used))


def _local_container(container: ContainerDefinition, *, own: Mapping[str, str]) -> ContainerDefinition:
    variables = {"AIRFLOW_CA_FILE": f"{SHARED}/ca.pem", **own}
    if "AIRFLOW__API__BASE_URL" not in container.environment:
        del variables["AIRFLOW__API__BASE_URL"]
    impatient = IMPATIENT if container.command in (("dag-processor",), ("standalone",)) else {}
    environment = {**container.environment, **variables, **impatient}
    health = container.health.every(HEALTH_EVERY) if container.health else None
    return replace(container, environment=environment, health=health)
