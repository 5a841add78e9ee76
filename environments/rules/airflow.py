"""Airflow options and DAG repositories: no option set twice, no secret in a file, no unverified git server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from environments.errors import Problem
from environments.facts.git_servers import SSH_PORT, git_server, names_host
from environments.facts.naming import parameter_path
from environments.facts.secrets import SPECIFICATIONS
from environments.facts.topology import uses_celery
from environments.model import Environment
from environments.rules.registry import rule
from environments.secret_text import is_secret

SIMPLE_AUTH_MANAGER = "the image uses the FAB auth manager, which has users and passwords"
GIT = ("git_sync", "git_bundle")
"""Deliveries of DAG files from a git repository."""
OTHER_KEYS = {"baked": {"delivery", "subdirectory"}, "s3": {"delivery", "interval_seconds"}}
"""Keys of the deliveries without git."""
DEFAULT_QUEUE = "AIRFLOW__OPERATORS__DEFAULT_QUEUE"
OWNED: dict[str, str] = {
    "AIRFLOW__CORE__EXECUTOR": "topology and ecs_executor set it",
    **dict.fromkeys(
        (
            f"AIRFLOW__AWS_ECS_EXECUTOR__{name}"
            for name in (
                "ASSIGN_PUBLIC_IP",
                "CAPACITY_PROVIDER_STRATEGY",
                "CHECK_HEALTH_ON_STARTUP",
                "CLUSTER",
                "CONN_ID",
                "CONTAINER_NAME",
                "LAUNCH_TYPE",
                "MAX_RUN_TASK_ATTEMPTS",
                "PLATFORM_VERSION",
                "REGION_NAME",
                "RUN_TASK_KWARGS",
                "SECURITY_GROUPS",
                "SUBNETS",
                "TASK_DEFINITION",
            )
        ),
        "the section ecs_executor sets it",
    ),
    "AIRFLOW__CORE__MULTI_TEAM": "the FAB auth manager does not support Airflow's multi-team mode; use teams",
    "AIRFLOW__CORE__PARALLELISM": "it is computed from workers and memory sizes",
    "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": "use airflow.default_task_retries",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "it is set to the internal name of the api-servers",
    "AIRFLOW__CORE__DAGS_FOLDER": "the section dags sets it",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "use airflow.pool_size",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "use airflow.max_overflow",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "use airflow.task_heartbeat_timeout_seconds",
    "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "it is derived from airflow.task_heartbeat_timeout_seconds",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "use airflow.task_queued_timeout_seconds",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "use airflow.visibility_timeout_seconds",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "use workers[].concurrency",
    "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": "the section dags sets it",
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "api-servers read logs from the address that the image sets",
    "AIRFLOW__API__HOST": "load balancer and components connect from outside the container",
    "AIRFLOW__API__SSL_CERT": "the load balancer ends TLS and sends HTTP to the api-servers",
    "AIRFLOW__API__SSL_KEY": "the load balancer ends TLS and sends HTTP to the api-servers",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": SIMPLE_AUTH_MANAGER,
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": SIMPLE_AUTH_MANAGER,
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": SIMPLE_AUTH_MANAGER,
    "AIRFLOW__FAB__ENABLE_PROXY_FIX": "the api-servers are behind a load balancer",
    "AIRFLOW__CORE__AUTH_MANAGER": "use auth.mode",
    "AIRFLOW__FAB__CONFIG_FILE": "use the section auth",
    "AIRFLOW__FAB__SESSION_BACKEND": "sessions are in the database, which all api-servers share",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "ECS replaces a scheduler that does not answer the health check",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": "the health check of the container connects to it",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": (
        "it is derived from airflow.task_heartbeat_timeout_seconds"
    ),
    "AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS": "the image sets it, with TLS to the broker",
    "AIRFLOW__CELERY__WORKER_AUTOSCALE": "use workers[].concurrency, from which scaling is computed",
    "AIRFLOW__CELERY__FLOWER_HOST": "the health check of the container connects to it",
    "AIRFLOW__METRICS__STATSD_ON": "alarms and dashboard need the metrics",
    "AIRFLOW__METRICS__STATSD_HOST": "the StatsD agent listens on 127.0.0.1",
    "AIRFLOW__METRICS__STATSD_PREFIX": "alarms and dashboard select metrics by this prefix",
    "AIRFLOW__METRICS__STAT_NAME_HANDLER": "the image sets it, so that DAG ids may have any length and any letters",
    "AIRFLOW__LOGGING__JSON_LOGS": "the saved queries read JSON",
    "AIRFLOW__LOGGING__ENCRYPT_S3_LOGS": "the bucket encrypts the logs with its key",
    "AIRFLOW__API__PORT": "port 8080 is reserved: security groups, network ACLs and target group use it",
    "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": "port 8793 is reserved: security groups and network ACLs open it",
    "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": "port 8794 is reserved: security groups and network ACLs open it",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": "port 8974 is reserved: the health check uses it",
    "AIRFLOW__CELERY__FLOWER_PORT": "port 5555 is reserved: security groups open it",
    "AIRFLOW__METRICS__STATSD_PORT": "port 8125 is reserved: the StatsD agent listens on it",
    **dict.fromkeys(
        (
            *(specification.variable for specification in SPECIFICATIONS.values()),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
            "AIRFLOW__CELERY__BROKER_URL",
            "AIRFLOW__CELERY__RESULT_BACKEND",
        ),
        "it comes from Parameter Store",
    ),
    "AIRFLOW__TRACES__OTEL_ON": "use telemetry.otlp",
    "AIRFLOW__METRICS__OTEL_ON": "use telemetry.otlp: the StatsD agent sends the metrics",
    "AIRFLOW__OPENLINEAGE__TRANSPORT": "use telemetry.openlineage",
    "AIRFLOW__OPENLINEAGE__NAMESPACE": "it is the name of the environment",
    "AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "a slow receiver must not stop Airflow tasks",
    "AIRFLOW__SECRETS__BACKEND": "use airflow.secrets_backend",
    "AIRFLOW__SECRETS__BACKEND_KWARGS": "use airflow.secrets_backend",
    "AIRFLOW__LOGGING__REMOTE_LOGGING": "the section logs sets it",
    "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": "the section logs sets it",
}
"""Options that another key or the stacks set, with the key to use instead."""


@rule("airflow", "name", "name_prefix")
def config_is_free_to_set(environment: Environment) -> Iterator[Problem]:
    """An option is set in one place, and no file contains a secret. Messages never repeat a secret."""
    for name, value in environment.airflow.config.items():
        path = f"airflow.config.{name}"
        owner = OWNED.get(name) or OWNED.get(re.sub(r"_(CMD|SECRET)$", "", name))
        if owner:
            yield Problem(path, f"must not be set here: {owner}. Fix: remove the option")
        elif is_secret(name, value):
            yield Problem(
                path,
                "looks like a secret. Fix: store it in Parameter Store, as a connection or variable below "
                f"{parameter_path(environment.name_prefix, environment.name)}/",
            )


@rule("dags")
def delivery_has_its_keys(environment: Environment) -> Iterator[Problem]:
    """Delivery through git needs a repository; baked DAG files have none."""
    dags = environment.dags
    if dags.delivery in GIT and dags.repository is None:
        yield Problem("dags.repository", f"missing: delivery {dags.delivery} requires it")
    if dags.delivery not in GIT:
        for key in sorted(dags.model_fields_set - OTHER_KEYS[dags.delivery]):
            yield Problem(f"dags.{key}", f"delivery {dags.delivery} has no git repository. Fix: remove the key")


@rule("dags")
def git_server_is_known(environment: Environment) -> Iterator[Problem]:
    """SSH requires pinned host keys and a deploy key; HTTPS uses neither, and its address contains no password."""
    dags = environment.dags
    if dags.repository is None or dags.delivery not in GIT:
        return
    server = git_server(dags.repository)
    ssh = server is not None and server.protocol == "ssh"
    if server and ssh and not dags.known_hosts:
        yield Problem(
            "dags.known_hosts",
            f"git over SSH requires the host keys of {server.host}. Fix: copy the lines that its "
            "operator publishes (ssh-keyscan would trust any server that answers)",
        )
    if server and ssh and dags.known_hosts and not any(names_host(line, server) for line in dags.known_hosts):
        host = server.host if server.port == SSH_PORT else f"[{server.host}]:{server.port}"
        yield Problem(
            "dags.known_hosts",
            f"no line begins with {host}, the server of dags.repository. Fix: add the lines of this server",
        )
    if ssh and not dags.deploy_key:
        yield Problem("dags.deploy_key", "must be true for git over SSH: a clone requires a key")
    if not ssh and dags.deploy_key:
        yield Problem(
            "dags.deploy_key", "a deploy key requires an SSH address such as git@host:path.git, got an HTTPS address"
        )


def default_queue(environment: Environment) -> str:
    """The queue that takes all Airflow tasks that name no queue."""
    return environment.airflow.config.get(DEFAULT_QUEUE, "default")


@rule("topology", "airflow", "workers")
def default_queue_is_served(environment: Environment) -> Iterator[Problem]:
    """A worker group serves the default queue; without it, Airflow tasks that name no queue wait forever."""
    queue = default_queue(environment)
    served = any(queue in group.queues for group in environment.workers)
    if environment.workers and uses_celery(environment.topology) and not served:
        yield Problem(
            "workers",
            f"no group serves the queue {queue!r}, which takes all Airflow tasks that name no queue. Fix: add it to "
            f"the queues of a group, or name another default queue in airflow.config: {DEFAULT_QUEUE}",
        )
