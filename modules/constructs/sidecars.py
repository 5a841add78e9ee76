"""Sidecar containers of a component: DAG delivery and metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from environments.facts.secrets import (
    DATABASE_PASSWORD,
    GIT_BUNDLE_DEPLOY_KEY_VARIABLE,
    GIT_SYNC_DEPLOY_KEY_VARIABLE,
    OTLP_HEADERS_VARIABLE,
    SPECIFICATIONS,
)
from environments.facts.teams import SHARED_BUNDLE, variable_suffix
from modules.core.container import Container, Secret
from modules.core.grants import statement
from modules.core.json_text import json_text
from modules.core.task import FargateTask

DAGS_ROOT = "/opt/airflow/dags"
DEFAULT_PORTS = {"HTTPS": 443, "SSH": 22}
STATSD_PORT = 8125


@dataclass(frozen=True)
class Repository:
    """A git repository of DAG files.

    Args:
        url: HTTPS or SSH URL.
        ref: branch or tag.
        subdirectory: folder of the DAG files in the repository.
        interval_seconds: seconds between two fetches.
        deploy_key: SSH key, for a private repository.
        known_hosts: lines of ``known_hosts`` that pin the server's keys.
    """

    url: str
    ref: str
    subdirectory: str
    interval_seconds: int
    deploy_key: Secret | None = None
    known_hosts: tuple[str, ...] = ()

    @property
    def protocol(self) -> str:
        """``HTTPS`` or ``SSH``."""
        return "HTTPS" if self.url.startswith("https://") else "SSH"

    @property
    def port(self) -> int:
        """TCP port of the server: the one in the URL, or that of the protocol."""
        written = re.match(r"(?:https|ssh)://[^/]*:([0-9]+)(?:/|$)", self.url)
        return int(written[1]) if written else DEFAULT_PORTS[self.protocol]

    def allow_clone(self, task: FargateTask) -> None:
        """Allow ``task`` to connect to the server; every task may use HTTPS already."""
        if self.port != DEFAULT_PORTS["HTTPS"]:
            task.connections.allow_to_internet(port=self.port, why=f"DAG repository over {self.protocol}")


def _add_sidecar(task: FargateTask, name: str, command: str, **settings: str) -> Container:
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


@dataclass(frozen=True)
class GitSync:
    """A sidecar that keeps the DAG folder at the newest commit; the component starts after the first clone.

    Args:
        repository: the repository of DAG files.
        follow: fetch later commits too; false for a process that ends.
    """

    repository: Repository
    follow: bool = True

    def join(self, task: FargateTask) -> None:
        """Add the sidecar to ``task``."""
        repository = self.repository
        settings = {
            "GITSYNC_REPO": repository.url,
            "GITSYNC_REF": repository.ref,
            "GITSYNC_PERIOD": str(repository.interval_seconds),
            "GITSYNC_ROOT": DAGS_ROOT,
        }
        if repository.known_hosts:
            settings["GITSYNC_KNOWN_HOSTS"] = "\n".join(repository.known_hosts)
        first = _add_sidecar(task, "git-clone", "git-sync", GITSYNC_ONE_TIME="true", **settings)
        later = _add_sidecar(task, "git-sync", "git-sync", **settings) if self.follow else None
        for container in _start_after(task, first, later):
            if repository.deploy_key:
                task.add_secret_to(container, GIT_SYNC_DEPLOY_KEY_VARIABLE, repository.deploy_key)
        repository.allow_clone(task)
        task.add_environment(AIRFLOW__CORE__DAGS_FOLDER=f"{DAGS_ROOT}/current/{repository.subdirectory}".rstrip("/"))


class Releases(Protocol):
    """The bucket of DAG releases."""

    @property
    def bucket_name(self) -> str:
        """Name of the bucket."""
        ...

    @property
    def statements(self) -> Sequence[Mapping[str, object]]:
        """The permission to read releases."""
        ...


@dataclass(frozen=True)
class S3Sync:
    """A sidecar that keeps the DAG folder at the current release; the component starts after the first download.

    Args:
        releases: bucket of the releases.
        interval_seconds: seconds between two looks at the pointer.
        follow: fetch later releases too; false for a process that ends.
    """

    releases: Releases
    interval_seconds: int
    follow: bool = True

    def join(self, task: FargateTask) -> None:
        """Add the sidecar to ``task``."""
        settings = {
            "S3SYNC_BUCKET": self.releases.bucket_name,
            "S3SYNC_PERIOD": str(self.interval_seconds),
            "S3SYNC_ROOT": DAGS_ROOT,
        }
        first = _add_sidecar(task, "s3-fetch", "s3-sync", S3SYNC_ONE_TIME="true", **settings)
        later = _add_sidecar(task, "s3-sync", "s3-sync", **settings) if self.follow else None
        _start_after(task, first, later)
        task.task_role.grant("read-dags", *self.releases.statements)
        task.add_environment(AIRFLOW__CORE__DAGS_FOLDER=f"{DAGS_ROOT}/current")


def _start_after(task: FargateTask, first: Container, later: Container | None) -> list[Container]:
    """Start ``later`` and the component after ``first`` has filled the DAG folder; return the sidecars."""
    first.restarts = False
    sidecars = [first, *([later] if later else [])]
    for container in (task.main, *sidecars[1:]):
        container.start_after[first.name] = "SUCCESS"
    task.add_volume("dags", DAGS_ROOT, task.main, *sidecars)
    return sidecars


@dataclass(frozen=True)
class GitBundle:
    """Airflow's git DAG bundles: no container; each process clones the repositories and keeps a DAG run on its version.

    Args:
        repositories: the repositories of DAG files, by the name of the bundle: ``dags``, or that of a team.
    """

    repositories: Mapping[str, Repository]

    def join(self, task: FargateTask) -> None:
        """Add the bundles to ``task``."""
        bundles = [_bundle(name, repository) for name, repository in self.repositories.items()]
        task.add_environment(AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST=json_text(bundles))
        for name, repository in self.repositories.items():
            suffix = "" if name == SHARED_BUNDLE else variable_suffix(name)
            task.add_environment(**{f"AIRFLOW_GIT_REPO{suffix}": repository.url})
            if repository.known_hosts:
                task.add_environment(AIRFLOW_GIT_KNOWN_HOSTS="\n".join(repository.known_hosts))
            if repository.deploy_key:
                task.add_secret(f"{GIT_BUNDLE_DEPLOY_KEY_VARIABLE}{suffix}", repository.deploy_key)
            repository.allow_clone(task)


def _bundle(name: str, repository: Repository) -> dict[str, object]:
    """The item of ``dag_bundle_config_list``; the image makes its connection from the variables of the bundle."""
    suffix = "" if name == SHARED_BUNDLE else variable_suffix(name).lower()
    arguments: dict[str, object] = {
        "git_conn_id": f"git_dags{suffix}",
        "tracking_ref": repository.ref,
        "subdir": repository.subdirectory or None,
        "refresh_interval": repository.interval_seconds,
    }
    return {"name": name, "classpath": "airflow.providers.git.bundles.git.GitDagBundle", "kwargs": arguments}


# Standard metrics of CloudWatch have a resolution of a minute.
FULL_SECONDS = 60


@dataclass(frozen=True)
class WorkerMetrics:
    """A sidecar of the scheduler that publishes to CloudWatch the load of each worker group and of the ECS executor.

    Args:
        namespace: CloudWatch namespace of the metrics.
        environment: name of the environment, a dimension of the metrics.
        groups: queues and concurrency of each worker group.
        cluster: name of the ECS cluster.
        services_arn: ARN pattern of the workers' ECS services, whose desired counts the sidecar reads.
        period_seconds: seconds between two measurements; the load is published once a minute.
        ecs_executor: ``default`` where Airflow tasks that name no executor are Fargate tasks of their own, ``named``
            where only those are that name it; empty without this executor.
    """

    namespace: str
    environment: str
    groups: Mapping[str, Mapping[str, object]]
    cluster: str
    services_arn: str
    period_seconds: int = 10
    ecs_executor: str = ""

    def join(self, task: FargateTask) -> None:
        """Add the sidecar to ``task``, with the login of ``task`` to the metadata database."""
        database = {name: value for name, value in task.main.environment.items() if name.startswith("AIRFLOW_DB_")}
        container = _add_sidecar(
            task,
            "metrics",
            "metrics",
            AIRFLOW_ENVIRONMENT=self.environment,
            # Without workers there are no services to read.
            **({"AIRFLOW_METRICS_CLUSTER": self.cluster} if self.groups else {}),
            **({"AIRFLOW_METRICS_ECS_EXECUTOR": self.ecs_executor} if self.ecs_executor else {}),
            AIRFLOW_METRICS_NAMESPACE=self.namespace,
            AIRFLOW_METRICS_PERIOD=str(self.period_seconds if self.groups else FULL_SECONDS),
            AIRFLOW_METRICS_WORKER_GROUPS=json_text(self.groups),
            **database,
        )
        container.start_after[task.main.name] = "HEALTHY"
        password = SPECIFICATIONS[DATABASE_PASSWORD].variable
        if password in task.main.secrets:
            task.add_secret_to(container, password, task.main.secrets[password])
        task.task_role.grant(
            "publish-metrics",
            # PutMetricData supports no resources, only a condition on the namespace.
            statement(
                "cloudwatch:PutMetricData",
                on=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": self.namespace}},
            ),
            *([statement("ecs:DescribeServices", on=[self.services_arn])] if self.groups else []),
        )


class MetricsReceiver(Protocol):
    """A receiver of OpenTelemetry metrics."""

    @property
    def headers(self) -> Secret | None:
        """HTTP headers that authenticate the client."""
        ...

    def variables(self, component: str) -> dict[str, str]:
        """Variables of the OpenTelemetry SDK in a container of ``component``."""
        ...


@dataclass(frozen=True)
class StatsD:
    """A sidecar that receives Airflow's StatsD metrics and logs them in CloudWatch's embedded metric format.

    Args:
        namespace: CloudWatch namespace of the metrics.
        environment: name of the environment, a dimension of the metrics.
        otlp: receiver of OpenTelemetry data to which the sidecar sends the metrics too.
    """

    namespace: str
    environment: str
    otlp: MetricsReceiver | None = None

    def join(self, task: FargateTask) -> None:
        """Add the sidecar to ``task``."""
        container = _add_sidecar(
            task,
            "statsd",
            "statsd",
            AIRFLOW_ENVIRONMENT=self.environment,
            AIRFLOW_METRICS_NAMESPACE=self.namespace,
            AIRFLOW_STATSD_COMPONENT=task.main.name,
            AIRFLOW_STATSD_PORT=str(STATSD_PORT),
            **(self.otlp.variables(task.main.name) if self.otlp else {}),
        )
        if self.otlp and self.otlp.headers:
            task.add_secret_to(container, OTLP_HEADERS_VARIABLE, self.otlp.headers)
        task.add_environment(
            AIRFLOW__METRICS__STATSD_ON="True",
            AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
            AIRFLOW__METRICS__STATSD_PORT=str(STATSD_PORT),
            AIRFLOW__METRICS__STATSD_PREFIX="airflow",
        )
