"""The one-off command ``migrate``: schema, then the first user. Safe to run twice, and by two at once.

Airflow's own lock covers the schema only, and its loser gives up after two seconds: ours covers all of it, and waits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow_fargate.backing_services import Database
from airflow_fargate.components import ADMIN_PASSWORD
from airflow_fargate.waiting import SCHEMA_FILE

# Any number will do, as long as nobody else's advisory lock in this database has it.
LOCK = 0x41464D47


@contextmanager
def alone(database: Database) -> Iterator[None]:
    """Wait until no other migration runs, and keep others out. PostgreSQL takes the lock back from whoever dies."""
    import psycopg2

    connection = psycopg2.connect(**database.arguments, connect_timeout=5)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", (LOCK,))
            if not cursor.fetchone()[0]:
                print("airflow-fargate: migrate: another migration runs; waiting for it", flush=True)
                cursor.execute("select pg_advisory_lock(%s)", (LOCK,))
        yield
    finally:
        connection.close()


def revision(database: Database) -> str | None:
    """The core schema revision that the database is at; None for an empty one."""
    import psycopg2

    connection = psycopg2.connect(**database.arguments, connect_timeout=5)
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
    """Make the FAB user ``admin`` if it is missing, and give it ``password`` if it has another; what was done."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from werkzeug.security import check_password_hash

    with get_application_builder() as builder:
        manager = builder.sm
        user = manager.find_user("admin")
        if user is None:
            role = manager.find_role("Admin")
            if not manager.add_user("admin", "Airflow", "Administrator", "admin@localhost", role, password):
                raise SystemExit("airflow-fargate: migrate: the user admin could not be made; see the log above")
            return "made"
        if check_password_hash(user.password, password):
            return "unchanged"
        manager.reset_password(user.id, password)
        return "password changed"


def migrate(database: Database) -> int:
    """Migrate, make the user, and print one JSON line that says what was and how to go back; the exit code."""
    before = revision(database)
    code = subprocess.run(["airflow", "db", "migrate"], check=False).returncode
    if code:
        return code
    admin = ensure_admin(os.environ[ADMIN_PASSWORD]) if "fab" in os.environ["AIRFLOW__CORE__AUTH_MANAGER"] else "none"
    back = f"downgrade {before}" if before else "none: the database was empty"
    report = {
        "event": "migrated",
        "airflow": json.loads(Path(SCHEMA_FILE).read_text())["airflow"],
        "from": before,
        "to": revision(database),
        "admin": admin,
        "way_back": back,
    }
    print(json.dumps(report), flush=True)
    return 0


if __name__ == "__main__":
    target = Database.of(os.environ)
    with alone(target):
        sys.exit(migrate(target))
