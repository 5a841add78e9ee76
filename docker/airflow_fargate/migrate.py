"""The one-off command ``migrate``: migrates the schema, then creates the users of workers and Airflow's first user.

``migrate`` can run repeatedly and concurrently. Airflow's own lock covers the schema only and fails after two seconds;
the lock of this module covers the whole command and waits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from airflow_fargate import worker_users
from airflow_fargate.backing_services import Database
from airflow_fargate.components import ADMIN_PASSWORD
from airflow_fargate.waiting import SCHEMA_FILE

# The key of this command's advisory lock; Airflow uses other keys.
LOCK = 0x41464D47
# RDS Proxy closes a connection that was idle for 30 minutes, and the lock would end with it.
KEEP_ALIVE_SECONDS = 60.0


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Hold the advisory lock of ``migrate``, waiting for another migration to end.

    PostgreSQL releases the lock when the connection ends, even if this process is killed.
    """
    connection = database.connect(application_name="airflow-fargate-migrate")
    connection.autocommit = True
    released = Event()
    keep_alive = Thread(target=_keep_alive, args=(connection, released), daemon=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", (LOCK,))
            if not cursor.fetchone()[0]:
                print("airflow-fargate: migrate: waiting for another migration to end", flush=True)
                cursor.execute("select pg_advisory_lock(%s)", (LOCK,))
        keep_alive.start()
        yield
    finally:
        released.set()
        if keep_alive.is_alive():
            keep_alive.join()
        connection.close()


def _keep_alive(connection: Any, released: Event) -> None:
    while not released.wait(KEEP_ALIVE_SECONDS):
        with connection.cursor() as cursor:
            cursor.execute("select 1")


def revision(database: Database) -> str | None:
    """The revision of Airflow's core schema; None for an empty database."""
    import psycopg2

    connection = database.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("select version_num from alembic_version")
            row = cursor.fetchone()
            return str(row[0]) if row else None
    except psycopg2.errors.UndefinedTable:
        return None
    finally:
        connection.close()


def ensure_admin(password: str) -> str:
    """Create the FAB user ``admin``, or set its password where it differs.

    Returns:
        ``made``, ``password changed`` or ``unchanged``.
    """
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from werkzeug.security import check_password_hash

    with get_application_builder() as builder:
        manager = builder.sm
        user = manager.find_user("admin")
        if user is None:
            role = manager.find_role("Admin")
            if not manager.add_user("admin", "Airflow", "Administrator", "admin@localhost", role, password):
                raise SystemExit("airflow-fargate: migrate: the user admin could not be created; see the log above")
            return "made"
        if check_password_hash(user.password, password):
            return "unchanged"
        manager.reset_password(user.id, password)
        return "password changed"


def migrate(database: Database) -> int:
    """Migrate the schema and create the users; print one JSON line with the old and new revision.

    Returns:
        The exit code of ``airflow db migrate``.
    """
    before = revision(database)
    code = subprocess.run(["airflow", "db", "migrate"], check=False).returncode
    if code:
        return code
    worker_users.ensure(database, worker_users.wanted(os.environ))
    admin = ensure_admin(os.environ[ADMIN_PASSWORD]) if "fab" in os.environ["AIRFLOW__CORE__AUTH_MANAGER"] else "none"
    report = {
        "event": "migrated",
        "airflow": json.loads(Path(SCHEMA_FILE).read_text())["airflow"],
        "from": before,
        "to": revision(database),
        "admin": admin,
        "way_back": f"downgrade {before}" if before else "none: the database was empty",
    }
    print(json.dumps(report), flush=True)
    return 0


if __name__ == "__main__":
    target = Database.of(os.environ)
    with locked(target):
        sys.exit(migrate(target))
