"""How DAG files reach a Fargate task: git-sync or S3 sidecars, or Airflow's git bundles."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from environments.facts.secrets import GIT_BUNDLE_DEPLOY_KEY_VARIABLE, GIT_SYNC_DEPLOY_KEY_VARIABLE
from environments.facts.teams import SHARED_BUNDLE, variable_suffix
from modules.core.container import Container, Secret
from modules.core.json_text import json_text
from modules.core.sidecar import add_sidecar
from modules.core.task import FargateTask

DAGS_ROOT = "/opt/airflow/dags"
DEFAULT_PORTS = {"HTTPS": 443, "SSH": 22}


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
        first = add_sidecar(task, "git-clone", "git-sync", GITSYNC_ONE_TIME="true", **settings)
        later = add_sidecar(task, "git-sync", "git-sync", **settings) if self.follow else None
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
        interval_seconds: seconds between two reads of the pointer.
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
        first = add_sidecar(task, "s3-fetch", "s3-sync", S3SYNC_ONE_TIME="true", **settings)
        later = add_sidecar(task, "s3-sync", "s3-sync", **settings) if self.follow else None
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
