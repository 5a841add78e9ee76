"""Every difference between a local container and its task definition.

docs/local.md lists the same differences for readers. A test fails when a container differs in anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from environments.facts import secrets as facts
from environments.facts import sign_on
from environments.facts.secrets import GIT_BUNDLE_DEPLOY_KEY_VARIABLE, OIDC_CLIENT_SECRET_VARIABLE, SPECIFICATIONS
from local.compose.tasks import Task
from local.containers.definition import ContainerDefinition

# Folder mounted into every container: the authority's certificate and boto3's configuration for the emulator.
SHARED = "/run/airflow-fargate"
AWS = "aws"
AWS_PORT = 5000
REGION = "AWS_DEFAULT_REGION"
DAGS_FOLDER = "AIRFLOW__CORE__DAGS_FOLDER"
DEFAULT_DAGS_FOLDER = "/opt/airflow/dags"
SYNCS = (("git-sync",), ("s3-sync",))
"""Commands of the sidecars that fetch DAG files."""
BUNDLES = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
GIT_VARIABLES = (
    BUNDLES,
    "AIRFLOW_GIT_REPO",
    "AIRFLOW_GIT_KNOWN_HOSTS",
    GIT_BUNDLE_DEPLOY_KEY_VARIABLE,
    "AIRFLOW_TEAMS",
)
"""Beginnings of the variables of Git bundles. The mounted folder is one bundle, so a local run has no teams."""
# The identity provider sends people to the deployed host name; a local run has the user admin.
SIGN_ON_VARIABLES = frozenset({*sign_on.VARIABLES, OIDC_CLIENT_SECRET_VARIABLE})
# An edited DAG file is parsed within seconds. Deployed environments wait for minutes, which costs less CPU.
FAST_REFRESH = {
    "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "2",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "2",
}
HEALTH_CHECK_SECONDS = 5
AUTHENTICATION = "AIRFLOW_DB_AUTHENTICATION"
DATABASE_USER = "AIRFLOW_DB_USER"
DATABASE_PASSWORD = SPECIFICATIONS[facts.DATABASE_PASSWORD].variable
BROKER_LOGIN = tuple(f"AIRFLOW_BROKER_{name}" for name in ("AUTHENTICATION", "CACHE", "TEAM", "USER"))
"""Variables of a component that logs in to the broker with IAM tokens."""
BROKER_PASSWORD = SPECIFICATIONS[facts.BROKER_TOKEN].variable
TELEMETRY = ("AIRFLOW__OPENLINEAGE__", "AIRFLOW__TRACES__", "OPENLINEAGE_", "OTEL_")
"""Beginnings of the variables of receivers of telemetry: a local run sends nothing to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTask:
    """A task with the changes of a local run.

    Args:
        task: the changed task.
        dags: path of the DAG files in each container that reads them, by the container's name.
    """

    task: Task
    dags: Mapping[str, str]

    def service_name(self, container: ContainerDefinition) -> str:
        """The container's Compose service: the task's name, followed by the container's name for a sidecar."""
        return self.task.name if container is self.task.main else f"{self.task.name}-{container.name}"


def localize(tasks: Iterable[Task], *, base_url: str, mount_dags: bool) -> tuple[LocalTask, ...]:
    """Apply the differences of a local run to ``tasks``.

    Args:
        base_url: address of the UI.
        mount_dags: replace git-sync sidecars and Git bundles by a mounted folder.
    """
    tasks = _with_token(_with_password(tuple(tasks)))
    readers = _readers(tasks) if mount_dags else frozenset()
    variables = {"AIRFLOW__API__BASE_URL": base_url, **_aws(tasks)}
    return tuple(_localized(task, readers, variables=variables, mount_dags=mount_dags) for task in tasks)


def _with_password(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """The tasks with the password where components log in with IAM tokens, which the local PostgreSQL cannot check.

    The password is that of Airflow's user, as which workers of teams log in here.
    """
    used = (container.secrets.get(DATABASE_PASSWORD) for task in tasks for container in task.containers)
    password = next((reference for reference in used if reference), None)
    users = {task.main.environment.get(DATABASE_USER) for task in tasks if DATABASE_PASSWORD in task.main.secrets}
    user = next((name for name in users if name), "")

    def changed(container: ContainerDefinition) -> ContainerDefinition:
        if AUTHENTICATION not in container.environment or password is None:
            return container
        return replace(
            container,
            environment=_without({**container.environment, DATABASE_USER: user}, (AUTHENTICATION,)),
            secrets={**container.secrets, DATABASE_PASSWORD: password},
        )

    return tuple(replace(task, containers=tuple(changed(item) for item in task.containers)) for task in tasks)


def _with_token(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """The tasks with one AUTH token where components log in to the broker as IAM users, which the local Redis lacks."""

    def changed(container: ContainerDefinition) -> ContainerDefinition:
        if BROKER_LOGIN[0] not in container.environment:
            return container
        token = f"{container.environment['AIRFLOW_PARAMETER_PATH']}/{facts.BROKER_TOKEN}"
        return replace(
            container,
            environment=_without(container.environment, BROKER_LOGIN),
            secrets={**container.secrets, BROKER_PASSWORD: token},
        )

    return tuple(replace(task, containers=tuple(changed(item) for item in task.containers)) for task in tasks)


def _aws(tasks: Iterable[Task]) -> dict[str, str]:
    """The emulator's address, and the region and credentials that Fargate sets in every container."""
    regions = {task.main.environment[REGION] for task in tasks if REGION in task.main.environment}
    region = min(regions, default="us-east-1")
    return {
        "AWS_ENDPOINT_URL": f"http://{AWS}:{AWS_PORT}",
        "AWS_CONFIG_FILE": f"{SHARED}/aws.config",
        REGION: region,
        "AWS_REGION": region,
        # The emulator accepts any credentials.
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }


def _readers(tasks: Iterable[Task]) -> frozenset[str]:
    """Names of the tasks that read DAG files: those with git-sync or a Git bundle, or all where the image has DAGs."""
    tasks = tuple(tasks)
    fetching = {task.name for task in tasks if _git_volumes(task) or BUNDLES in task.main.environment}
    return frozenset(fetching or {task.name for task in tasks if task.is_service})


def _git_volumes(task: Task) -> frozenset[str]:
    """Volumes that a git-sync sidecar shares with the main container."""
    synced = {mount.volume for container in task.containers if _is_git_sync(container) for mount in container.mounts}
    return frozenset(synced & {mount.volume for mount in task.main.mounts})


def _is_git_sync(container: ContainerDefinition) -> bool:
    return container.command in SYNCS


def _localized(task: Task, readers: frozenset[str], *, variables: Mapping[str, str], mount_dags: bool) -> LocalTask:
    folder = task.main.environment.get(DAGS_FOLDER, DEFAULT_DAGS_FOLDER)
    changed = _without_git(task) if mount_dags else task
    containers = tuple(_local_container(container, variables=variables) for container in changed.containers)
    dags = {task.name: folder} if task.name in readers else {}
    return LocalTask(task=replace(changed, containers=containers), dags=dags)


def _without_git(task: Task) -> Task:
    removed = {container.name for container in task.containers if _is_git_sync(container)}
    volumes = _git_volumes(task)
    kept = tuple(
        replace(
            container,
            mounts=tuple(mount for mount in container.mounts if mount.volume not in volumes),
            depends_on={name: condition for name, condition in container.depends_on.items() if name not in removed},
            environment=_without(container.environment, GIT_VARIABLES),
            secrets=_without(container.secrets, GIT_VARIABLES),
        )
        for container in task.containers
        if container.name not in removed
    )
    used = {mount.volume for container in kept for mount in container.mounts}
    return replace(task, containers=kept, volumes=tuple(volume for volume in task.volumes if volume in used))


def _local_container(container: ContainerDefinition, *, variables: Mapping[str, str]) -> ContainerDefinition:
    added = {"AIRFLOW_CA_FILE": f"{SHARED}/ca.pem", **variables}
    if "AIRFLOW__API__BASE_URL" not in container.environment:
        del added["AIRFLOW__API__BASE_URL"]
    fast_refresh = FAST_REFRESH if container.command in (("dag-processor",), ("standalone",)) else {}
    environment = {**_deployed_only_removed(container.environment), **added, **fast_refresh}
    health = container.health.every(HEALTH_CHECK_SECONDS) if container.health else None
    return replace(container, environment=environment, secrets=_deployed_only_removed(container.secrets), health=health)


def _without(variables: Mapping[str, str], beginnings: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if not name.startswith(beginnings)}


def _deployed_only_removed(variables: Mapping[str, str]) -> dict[str, str]:
    """``variables`` without those of sign-on and telemetry, which belong to the deployed environment."""
    return {
        name: value
        for name, value in variables.items()
        if name not in SIGN_ON_VARIABLES and not name.startswith(TELEMETRY)
    }
