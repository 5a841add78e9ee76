"""Waiting for what must answer before Airflow starts: quietly, with back-off, and with a last word."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from airflow_fargate.backing_services import Broker, Database
from airflow_fargate.startup_error import Refusal

SCHEMA_FILE = Path("/opt/airflow-fargate/schema.json")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
ANSWER_WITHIN = 5
UNREACHABLE = 3


class NotYet(Exception):
    """The other side does not answer, or not as needed. The message says what it said."""


def wait(*, what: str, probe: Callable[[], None], seconds: float, fix: str) -> None:
    """Call ``probe`` until it stops raising NotYet.

    Each new reason is printed once. Raises Refusal (exit code 3) with the last reason after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    pause, said = FIRST_PAUSE, ""
    while True:
        try:
            probe()
        except NotYet as reason:
            if str(reason) != said:
                said = str(reason)
                print(f"airflow-fargate: waiting for {what}: {said}", flush=True)
        else:
            return
        if time.monotonic() + pause > deadline:
            raise Refusal(f"{what}: {said} (for {seconds:g} s). Fix: {fix}", exit_code=UNREACHABLE)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def database_answers(database: Database) -> None:
    """Raise NotYet unless a query comes back."""
    import psycopg2

    try:
        psycopg2.connect(**database.arguments, connect_timeout=ANSWER_WITHIN).close()
    except psycopg2.OperationalError as error:
        raise NotYet(_first_line(error)) from error


def broker_answers(broker: Broker) -> None:
    """Raise NotYet unless the broker lets us in and answers a ping."""
    import redis

    limits = {"socket_timeout": ANSWER_WITHIN, "socket_connect_timeout": ANSWER_WITHIN}
    try:
        with redis.Redis.from_url(broker.url, **limits) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        raise NotYet(_first_line(error)) from error


def schema_fits(database: Database) -> None:
    """Raise NotYet unless the database has exactly the schema revisions that this image's Airflow was built for."""
    import psycopg2
    from psycopg2 import sql

    needed = json.loads(SCHEMA_FILE.read_text())
    try:
        connection = psycopg2.connect(**database.arguments, connect_timeout=ANSWER_WITHIN)
    except psycopg2.OperationalError as error:
        raise NotYet(_first_line(error)) from error
    try:
        with connection.cursor() as cursor:
            for table, revision in needed["revisions"].items():
                cursor.execute(sql.SQL("select version_num from {}").format(sql.Identifier(table)))
                present = ", ".join(row[0] for row in cursor.fetchall())
                if present != revision:
                    raise NotYet(
                        f"{table} is at {present or 'no revision'}, Airflow {needed['airflow']} needs {revision}"
                    )
    except psycopg2.errors.UndefinedTable as error:
        raise NotYet("the database holds no Airflow schema yet") from error
    finally:
        connection.close()
