"""Options and DAG repositories: nothing set twice, no secret in a file, no git server taken on trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from environments.errors import Problem
from environments.rules.registry import rule

if TYPE_CHECKING:
    from environments.model import Environment

OWNED: dict[str, str] = {
    "AIRFLOW__CORE__EXECUTOR": "topology decides it",
    "AIRFLOW__CORE__PARALLELISM": "it follows from workers and sizes",
    "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "say airflow.default_task_retries",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "it is the internal name of the api-servers",
    "AIRFLOW__CORE__DAGS_FOLDER": "dags decides it",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "say airflow.pool_size",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "say airflow.max_overflow",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "say airflow.task_heartbeat_timeout_seconds",
    "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "it follows from airflow.task_heartbeat_timeout_seconds",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "say airflow.task_queued_timeout_seconds",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "say airflow.visibility_timeout_seconds",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "say workers[].concurrency",
    "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": "dags decides it",
    "AIRFLOW__API__PORT": "port 8080 is reserved: security groups, NACLs and target group know it",
    "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": "port 8793 is reserved: security groups and NACLs know it",
    "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": "port 8794 is reserved: security groups and NACLs know it",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": "port 8974 is reserved: the health check knows it",
    "AIRFLOW__CELERY__FLOWER_PORT": "port 5555 is reserved: security groups know it",
    "AIRFLOW__METRICS__STATSD_PORT": "port 8125 is reserved: the StatsD agent knows it",
    **dict.fromkeys(
        (
            "AIRFLOW__CORE__FERNET_KEY",
            "AIRFLOW__API_AUTH__JWT_SECRET",
            "AIRFLOW__API__SECRET_KEY",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
            "AIRFLOW__CELERY__BROKER_URL",
            "AIRFLOW__CELERY__RESULT_BACKEND",
        ),
        "it comes from Parameter Store",
    ),
    "AIRFLOW__SECRETS__BACKEND": "say airflow.secrets_backend",
    "AIRFLOW__SECRETS__BACKEND_KWARGS": "say airflow.secrets_backend",
    "AIRFLOW__LOGGING__REMOTE_LOGGING": "logs decides it",
    "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": "logs decides it",
}
"""Options that other keys or the stacks set, with where to turn."""

SECRET_NAMES = re.compile(
    r"(PASSWORD|PASSWD|TOKEN|CREDENTIALS?|FERNET_KEY|SECRET(_KEY)?|JWT_SECRET|ACCESS_KEY(_ID)?|PRIVATE_KEY|API_KEY"
    r"|SQL_ALCHEMY_CONN(_ASYNC)?|BROKER_URL|RESULT_BACKEND|SENTRY_DSN)$"
)
SECRET_VALUES = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@|\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\."
)


@rule("airflow", "name")
def config_is_free_to_set(environment: Environment) -> Iterator[Problem]:
    """An option has one place, and a secret is not in a file. Values that look like secrets are not repeated."""
    for name, value in environment.airflow.config.items():
        path = f"airflow.config.{name}"
        owner = OWNED.get(name) or OWNED.get(re.sub(r"_(CMD|SECRET)$", "", name))
        if owner:
            yield Problem(path, f"set from elsewhere, remove it: {owner}")
        elif SECRET_NAMES.search(name) or SECRET_VALUES.search(value):
            yield Problem(
                path,
                "looks like a secret: keep it in Parameter Store, as a connection or variable below "
                f"/airflow/{environment.name}/",
            )


@rule("dags")
def delivery_has_its_keys(environment: Environment) -> Iterator[Problem]:
    """G1: git needs a repository, files in the image have none."""
    dags = environment.dags
    if dags.delivery != "baked" and dags.repository is None:
        yield Problem("dags.repository", f"missing: delivery {dags.delivery} needs it")
    if dags.delivery == "baked":
        for key in sorted(dags.model_fields_set - {"delivery", "subdirectory"}):
            yield Problem(f"dags.{key}", "delivery baked has the files in the image: remove the key")


@rule("dags")
def git_server_is_known(environment: Environment) -> Iterator[Problem]:
    """G2: SSH wants pinned host keys and a deploy key; HTTPS wants neither, and no password in its address."""
    dags = environment.dags
    if dags.repository is None or dags.delivery == "baked":
        return
    ssh = not dags.repository.startswith("https://")
    if ssh and not dags.known_hosts:
        yield Problem(
            "dags.known_hosts",
            f"git over SSH needs the host keys of {_host(dags.repository)}: lines from its operator's own page "
            "(ssh-keyscan would trust whoever answers)",
        )
    if ssh and not dags.deploy_key:
        yield Problem("dags.deploy_key", "must be true for git over SSH: nobody can clone without a key")
    if not ssh and dags.deploy_key:
        yield Problem(
            "dags.deploy_key", "a deploy key needs an SSH address such as git@host:path.git, got one of HTTPS"
        )
    if not ssh and "@" in dags.repository.split("/")[2]:
        yield Problem("dags.repository", "must not carry a user or password: use a deploy key over SSH")


def _host(repository: str) -> str:
    return re.sub(r"^(ssh://)?([^@]+@)?([^:/]+).*$", r"\3", repository)
