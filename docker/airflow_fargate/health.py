"""The health check of every component: exit code 0 for healthy, 1 for unhealthy.

The check does not import Airflow, so it fits into a quarter of a CPU.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from airflow_fargate import database_token, heartbeat
from airflow_fargate.components import ALL_IN_ONE, COMPONENTS, DATABASE_PASSWORD

TIMEOUT_SECONDS = 4
STATEMENT_SECONDS = 3
# Airflow's jobs write a heartbeat every 5 s.
JOB_HEARTBEAT_SECONDS = 30
HEARTBEAT_SECONDS = 30.0
SIDECAR_HEARTBEAT_SECONDS = 300.0
# Celery's event loop blocks while the broker is away: a fail-over of minutes must not stop running Airflow tasks.
LOOP_HEARTBEAT_SECONDS = 600.0
JOB_TYPES = {"triggerer": "TriggererJob", "dag-processor": "DagProcessorJob"}


class Unhealthy(Exception):
    """Raised by a check. The message is the reason, in one line."""


def _check_http(*, port: int, path: str) -> None:
    import http.client  # loading it takes half of the time of a check that does not need it

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Unhealthy(f"port {port} does not answer: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if status != 200:
        raise Unhealthy(f"port {port} answers {status}")


def _check_heartbeat(*, name: str, seconds: float) -> None:
    age = heartbeat.age(name)
    if age > seconds:
        raise Unhealthy(f"{name}: last heartbeat {age:.0f} s ago, the limit is {seconds:.0f} s")


def _check_job(*, component: str, environ: Mapping[str, str]) -> None:
    """Check the heartbeat of this host's Airflow job in the metadata database."""
    import socket

    import psycopg2

    from airflow_fargate import parameters
    from airflow_fargate.backing_services import Database, limit_statements

    needed = () if database_token.is_required(environ) else (DATABASE_PASSWORD,)
    secrets = parameters.fetch(names=needed, environ=environ)
    database = Database.of({**environ, **secrets})
    try:
        connection = database.connect(application_name="airflow-fargate-health", seconds=TIMEOUT_SECONDS)
        with connection.cursor() as cursor:
            limit_statements(cursor, seconds=STATEMENT_SECONDS)
            cursor.execute(
                "select extract(epoch from now() - max(latest_heartbeat)) from job"
                " where job_type = %s and hostname = %s and state = 'running'",
                (JOB_TYPES[component], socket.gethostbyname(socket.gethostname())),
            )
            row = cursor.fetchone()
        connection.close()
    except psycopg2.Error as error:
        raise Unhealthy(f"database: {str(error).strip().splitlines()[0]}") from error
    age = row[0] if row else None
    if age is None:
        raise Unhealthy(f"{component}: no running job of this host in the database")
    if age > JOB_HEARTBEAT_SECONDS:
        raise Unhealthy(f"{component}: last heartbeat {age:.0f} s ago, the limit is {JOB_HEARTBEAT_SECONDS} s")


def _check_worker(_: Mapping[str, str]) -> None:
    _check_heartbeat(name="worker", seconds=HEARTBEAT_SECONDS)
    loop_seconds = float(os.environ.get("AIRFLOW_WORKER_LOOP_SECONDS") or LOOP_HEARTBEAT_SECONDS)
    _check_heartbeat(name="worker-loop", seconds=loop_seconds)


def _check_standalone(environ: Mapping[str, str]) -> None:
    for component in ALL_IN_ONE:
        CHECKS[component](environ)


CHECKS: Mapping[str, Callable[[Mapping[str, str]], None]] = {
    "api-server": lambda _: _check_http(port=8080, path="/api/v2/version"),
    "scheduler": lambda _: _check_http(port=8974, path="/health"),
    "triggerer": lambda environ: _check_job(component="triggerer", environ=environ),
    "dag-processor": lambda environ: _check_job(component="dag-processor", environ=environ),
    "worker": _check_worker,
    "flower": lambda _: _check_http(port=5555, path="/healthcheck"),
    "standalone": _check_standalone,
    "git-sync": lambda _: _check_heartbeat(name="git-sync", seconds=SIDECAR_HEARTBEAT_SECONDS),
    "statsd": lambda _: _check_heartbeat(name="statsd", seconds=SIDECAR_HEARTBEAT_SECONDS),
    "metrics": lambda _: _check_heartbeat(name="metrics", seconds=SIDECAR_HEARTBEAT_SECONDS),
}


def main(arguments: list[str]) -> int:
    """Check the component that the first argument, or else AIRFLOW_COMPONENT, names.

    One-off commands have no check and count as healthy.
    """
    name = arguments[0] if arguments else os.environ.get("AIRFLOW_COMPONENT", "")
    check = CHECKS.get(name)
    if check is None:
        print(f"unknown component {name!r}. Allowed: {', '.join(CHECKS)}")
        return 0 if name in COMPONENTS else 1
    try:
        check(os.environ)
    except Exception as reason:  # noqa: BLE001 - an error of the check itself is a reason too, in one line
        print(f"unhealthy: {reason or type(reason).__name__}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
