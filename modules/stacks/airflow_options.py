"""The Airflow configuration of an environment, as environment variables."""

from __future__ import annotations

import json

from environments.derived.parallelism import parallelism
from environments.derived.teams import queues_of
from environments.facts.naming import Names
from environments.facts.topology import executors, is_standalone, uses_celery
from environments.model import Environment
from modules.core.airflow_process import API_SERVER
from modules.core.deferrable import at_least

DETECTION_INTERVAL_SECONDS = 5
# A worker needs at least this long for one failed heartbeat: an interval of 5 s, and retries with back-off.
FAILED_HEARTBEAT_SECONDS = 10
# Airflow's default of [workers] max_failed_heartbeats.
MIN_FAILED_HEARTBEATS = 3


def options(environment: Environment, *, names: Names, base_url: str) -> dict[str, str]:
    """Return the environment variables of every Airflow container, sorted by name."""
    airflow = environment.airflow
    host = "localhost" if is_standalone(environment.topology) else f"{API_SERVER.name}.{names.domain}"
    values: dict[str, object] = {
        "AIRFLOW_ENVIRONMENT": names.name,
        "AIRFLOW_PARAMETER_PATH": names.path,
        "AWS_DEFAULT_REGION": environment.region,
        "AIRFLOW__API__BASE_URL": base_url,
        "AIRFLOW__CORE__EXECUTOR": executors(environment.topology, ecs=environment.ecs_executor is not None),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{host}:{API_SERVER.port}/execution/",
        "AIRFLOW__CORE__PARALLELISM": parallelism(environment),
        "AIRFLOW__CORE__DEFAULT_TASK_RETRIES": airflow.default_task_retries,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": airflow.max_overflow,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": airflow.pool_size,
        "AIRFLOW__FAB__ENABLE_PROXY_FIX": True,
        "AIRFLOW__LOGGING__JSON_LOGS": True,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": airflow.task_heartbeat_timeout_seconds,
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": DETECTION_INTERVAL_SECONDS,
        "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": airflow.task_queued_timeout_seconds,
        "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": failed_heartbeats(airflow.task_heartbeat_timeout_seconds),
    }
    if uses_celery(environment.topology):
        values["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"] = airflow.visibility_timeout_seconds
        # Airflow uploads a task log at the end of the task: the log of a killed task is only in the container's log.
        values["AIRFLOW__CELERY__TASK_LOGS_TO_STDOUT"] = True
    if environment.teams:
        values["AIRFLOW_TEAMS"] = teams(environment)
    config = {name: literal(text) for name, text in airflow.config.items()}
    return {name: str(value) for name, value in sorted({**values, **config}.items())}


def teams(environment: Environment) -> str:
    """The queues and the slots of the pool of each team, for the image's cluster policy (docs/teams.md)."""
    found = {
        team.name: {"queues": queues_of(environment, team), "pool_slots": team.pool_slots} for team in environment.teams
    }
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def failed_heartbeats(timeout_seconds: int) -> int:
    """The failed heartbeats after which a worker kills its Airflow task.

    A worker must not give up before the scheduler does: during an outage of the database or the api-servers, Airflow's
    default of three failed heartbeats kills running Airflow tasks after about 50 s.
    """
    failed: int = at_least(MIN_FAILED_HEARTBEATS, timeout_seconds // FAILED_HEARTBEAT_SECONDS)
    return failed


def literal(text: str) -> str:
    """Return ``text`` with Terraform's interpolations and template directives escaped."""
    return text.replace("${", "$${").replace("%{", "%%{")
