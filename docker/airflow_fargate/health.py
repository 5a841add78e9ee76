"""One health check for every component: exit code 0 healthy, 1 not.

Cheap enough for a quarter of a CPU: Airflow is not imported.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Callable, Mapping

from airflow_fargate import heartbeat as pulse
from airflow_fargate.components import ALL_IN_ONE, COMPONENTS, DATABASE_PASSWORD

ANSWER_WITHIN = 4.0
# Jobs write a heartbeat every 5 s.
HEARTBEAT_WITHIN = 30
PULSE_WITHIN = 30.0
# The worker's loop stands still while the broker is away; a failover takes minutes and must not cost running tasks.
LOOP_WITHIN = 600.0
JOB_TYPES = {"triggerer": "TriggererJob", "dag-processor": "DagProcessorJob"}


class Unhealthy(Exception):
    """The reason, in a line."""


def _http(*, port: int, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_WITHIN)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Unhealthy(f"port {port} gives no answer: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if status != 200:
        raise Unhealthy(f"port {port} answers {status}")


def _pulse(*, name: str, within: float) -> None:
    age = pulse.age(name)
    if age > within:
        raise Unhealthy(f"{name}: last sign of life {age:.0f} s ago, allowed are {within:.0f} s")


def _job(*, component: str, environ: Mapping[str, str]) -> None:
    import psycopg2

    from airflow_fargate import parameters
    from airflow_fargate.backing_services import Database

    secrets = parameters.fetch(names=(DATABASE_PASSWORD,), environ=environ)
    arguments = Database.of({**environ, **secrets}).arguments
    try:
        connection = psycopg2.connect(**arguments, connect_timeout=4, options="-c statement_timeout=3000")
        with connection.cursor() as cursor:
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
    if age > HEARTBEAT_WITHIN:
        raise Unhealthy(f"{component}: last heartbeat {age:.0f} s ago, allowed are {HEARTBEAT_WITHIN} s")


def _worker(_: Mapping[str, str]) -> None:
    _pulse(name="worker", within=PULSE_WITHIN)
    _pulse(name="worker-loop", within=float(os.environ.get("AIRFLOW_WORKER_LOOP_WITHIN") or LOOP_WITHIN))


def _standalone(environ: Mapping[str, str]) -> None:
    for component in ALL_IN_ONE:
        CHECKS[component](environ)


CHECKS: Mapping[str, Callable[[Mapping[str, str]], None]] = {
    "api-server": lambda _: _http(port=8080, path="/api/v2/version"),
    "scheduler": lambda _: _http(port=8974, path="/health"),
    "triggerer": lambda environ: _job(component="triggerer", environ=environ),
    "dag-processor": lambda environ: _job(component="dag-processor", environ=environ),
    "worker": _worker,
    "flower": lambda _: _http(port=5555, path="/healthcheck"),
    "standalone": _standalone,
    "git-sync": lambda _: _pulse(name="git-sync", within=300),
    "statsd": lambda _: _pulse(name="statsd", within=300),
    "metrics": lambda _: _pulse(name="metrics", within=300),
}


def main(words: list[str]) -> int:
    """Check the component that ``words`` (or AIRFLOW_COMPONENT) names; one-off commands are healthy while they run."""
    name = words[0] if words else os.environ.get("AIRFLOW_COMPONENT", "")
    check = CHECKS.get(name)
    if check is None:
        print(f"no check for {name!r}. Allowed: {', '.join(CHECKS)}")
        return 0 if name in COMPONENTS else 1
    try:
        check(os.environ)
    except Exception as reason:  # noqa: BLE001 - whatever stops the check is unhealthy, in one line
        print(f"unhealthy: {reason or type(reason).__name__}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
