"""What runs beside a component: DAG delivery, metrics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from environments.facts.secrets import (
    DATABASE_PASSWORD,
    GIT_BUNDLE_DEPLOY_KEY_VARIABLE,
    GIT_SYNC_DEPLOY_KEY_VARIABLE,
    SPECIFICATIONS,
)
from modules.core.grants import statement
from modules.core.task import Container, FargateTask, Secret

DAGS_ROOT = "/opt/airflow/dags"
STATSD_PORT = 8125


@dataclass(frozen=True)
class Repository:
    """A git repository of DAG files; ``known_hosts`` are lines that pin the server's keys."""

    url: str
    ref: str
    subdirectory: str
    interval_seconds: int
    deploy_key: Secret | None = None
    known_hosts: tuple[str, ...] = ()

    @property
    def uses_ssh(self) -> bool:
        return not self.url.startswith("https://")


def _beside(task: FargateTask, name: str, command: str, **settings: str) -> Container:
    """A container of the same image, so that one digest is pinned, scanned and pulled.

    It may die without taking the task with it: ECS starts it again.
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
        read_only_root=main.read_only_root,
        environment={"AIRFLOW_COMPONENT": command, **settings},
    )
    task.add_volume(f"{name}-tmp", "/tmp", container)
    task.sidecars.append(container)
    return container


@dataclass(frozen=True)
class GitSync:
    """Keeps the DAG folder on the newest commit; the component starts after the first clone."""

    repository: Repository

    def join(self, task: FargateTask) -> None:
        repository = self.repository
        settings = {
            "GITSYNC_REPO": repository.url,
            "GITSYNC_REF": repository.ref,
            "GITSYNC_PERIOD": str(repository.interval_seconds),
            "GITSYNC_ROOT": DAGS_ROOT,
        }
        if repository.known_hosts:
            settings["GITSYNC_KNOWN_HOSTS"] = "\n".join(repository.known_hosts)
        first = _beside(task, "git-clone", "git-sync", GITSYNC_ONE_TIME="true", **settings)
        first.restarts = False
        follow = _beside(task, "git-sync", "git-sync", **settings)
        follow.start_after["git-clone"] = "SUCCESS"
        task.main.start_after["git-clone"] = "SUCCESS"
        task.add_volume("dags", DAGS_ROOT, task.main, first, follow)
        for container in (first, follow):
            if repository.deploy_key:
                task.add_secret_to(container, GIT_SYNC_DEPLOY_KEY_VARIABLE, repository.deploy_key)
        if repository.uses_ssh:
            task.connections.allow_to_internet(port=22, why="DAG repository over SSH")
        task.add_environment(AIRFLOW__CORE__DAGS_FOLDER=f"{DAGS_ROOT}/current/{repository.subdirectory}".rstrip("/"))


@dataclass(frozen=True)
class GitBundle:
    """Airflow's own git bundle: no sidecar; each process clones for itself and keeps a run on its version."""

    repository: Repository

    def join(self, task: FargateTask) -> None:
        repository = self.repository
        arguments: dict[str, object] = {
            "git_conn_id": "git_dags",
            "tracking_ref": repository.ref,
            "subdir": repository.subdirectory or None,
            "refresh_interval": repository.interval_seconds,
        }
        classpath = "airflow.providers.git.bundles.git.GitDagBundle"
        bundle = {"name": "dags", "classpath": classpath, "kwargs": arguments}
        task.add_environment(
            AIRFLOW_GIT_REPO=repository.url, AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST=json.dumps([bundle])
        )
        if repository.known_hosts:
            task.add_environment(AIRFLOW_GIT_KNOWN_HOSTS="\n".join(repository.known_hosts))
        if repository.deploy_key:
            task.add_secret(GIT_BUNDLE_DEPLOY_KEY_VARIABLE, repository.deploy_key)
        if repository.uses_ssh:
            task.connections.allow_to_internet(port=22, why="DAG repository over SSH")


@dataclass(frozen=True)
class WorkerMetrics:
    """Publishes the load of every worker group to CloudWatch: what the groups scale on.

    Args:
        groups: queues and concurrency of each worker group, as the publisher reads them.
    """

    namespace: str
    environment: str
    groups: Mapping[str, Mapping[str, object]]
    password: Secret
    period_seconds: int = 60

    def join(self, task: FargateTask) -> None:
        database = {name: value for name, value in task.main.environment.items() if name.startswith("AIRFLOW_DB_")}
        container = _beside(
            task,
            "metrics",
            "metrics",
            AIRFLOW_ENVIRONMENT=self.environment,
            AIRFLOW_METRICS_NAMESPACE=self.namespace,
            AIRFLOW_METRICS_PERIOD=str(self.period_seconds),
            AIRFLOW_METRICS_WORKER_GROUPS=json.dumps(self.groups, sort_keys=True),
            **database,
        )
        container.start_after[task.main.name] = "HEALTHY"
        task.add_secret_to(container, SPECIFICATIONS[DATABASE_PASSWORD].variable, self.password)
        task.task_role.grant(
            "publish-metrics",
            # PutMetricData knows no resources; the namespace is what can be limited.
            statement(
                "cloudwatch:PutMetricData",
                on=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": self.namespace}},
            ),
        )


@dataclass(frozen=True)
class StatsD:
    """Airflow's own metrics: received on localhost, written to the log in CloudWatch's embedded metric format."""

    namespace: str
    environment: str

    def join(self, task: FargateTask) -> None:
        _beside(
            task,
            "statsd",
            "statsd",
            AIRFLOW_ENVIRONMENT=self.environment,
            AIRFLOW_METRICS_NAMESPACE=self.namespace,
            AIRFLOW_STATSD_COMPONENT=task.main.name,
            AIRFLOW_STATSD_PORT=str(STATSD_PORT),
        )
        task.add_environment(
            AIRFLOW__METRICS__STATSD_ON="True",
            AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
            AIRFLOW__METRICS__STATSD_PORT=str(STATSD_PORT),
            AIRFLOW__METRICS__STATSD_PREFIX="airflow",
        )
