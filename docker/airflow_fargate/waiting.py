"""Waits with back-off until database, schema and broker are ready for a component."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from airflow_fargate.backing_services import Broker, Database
from airflow_fargate.startup_error import StartupError

SCHEMA_FILE = Path("/opt/airflow-fargate/schema.json")
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
EXIT_UNREACHABLE = 3


class NotReady(Exception):
    """Raised by a probe when a backing service is not ready. The message is the reason."""


def wait(*, service: str, probe: Callable[[], None], seconds: float, fix: str) -> None:
    """Call ``probe`` until it does not raise NotReady; print each new reason once.

    Args:
        service: name of the backing service, for messages.
        seconds: longest time to wait.
        fix: the fix that the error message ends with.

    Raises:
        StartupError: the service was not ready after ``seconds`` (exit code 3). The message holds the last reason.
    """
    deadline = time.monotonic() + seconds
    pause, printed = FIRST_PAUSE, ""
    while True:
        try:
            probe()
        except NotReady as reason:
            if str(reason) != printed:
                printed = str(reason)
                print(f"airflow-fargate: waiting for {service}: {printed}", flush=True)
        else:
            return
        if time.monotonic() + pause > deadline:
            raise StartupError(f"{service}: {printed} (for {seconds:g} s). Fix: {fix}", exit_code=EXIT_UNREACHABLE)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def first_line(error: Exception) -> str:
    """The first line of the error's message, or its type."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def check_database(database: Database) -> None:
    """Raise NotReady unless the database accepts a connection."""
    import psycopg2

    try:
        database.connect().close()
    except psycopg2.OperationalError as error:
        raise NotReady(first_line(error)) from error


def check_broker(broker: Broker) -> None:
    """Raise NotReady unless the broker accepts the credentials and answers a ping."""
    import redis

    try:
        with broker.connect() as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        raise NotReady(first_line(error)) from error


def check_schema(database: Database) -> None:
    """Raise NotReady unless the database has exactly the schema revisions of this image's Airflow."""
    import psycopg2
    from psycopg2 import sql

    needed = json.loads(SCHEMA_FILE.read_text())
    try:
        connection = database.connect()
    except psycopg2.OperationalError as error:
        raise NotReady(first_line(error)) from error
    try:
        with connection.cursor() as cursor:
            for table, revision in needed["revisions"].items():
                cursor.execute(sql.SQL("select version_num from {}").format(sql.Identifier(table)))
                present = ", ".join(row[0] for row in cursor.fetchall())
                if present != revision:
                    raise NotReady(
                        f"{table} is at {present or 'no revision'}, Airflow {needed['airflow']} needs {revision}"
                    )
    except psycopg2.errors.UndefinedTable as error:
        raise NotReady("the database holds no Airflow schema yet") from error
    finally:
        connection.close()
