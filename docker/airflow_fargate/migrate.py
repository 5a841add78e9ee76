"""The one-off command ``migrate``: schema, then the first user. Safe to run twice, and by two at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from airflow_fargate.backing import Database
from airflow_fargate.components import ADMIN_PASSWORD
from airflow_fargate.waiting import SCHEMA_FILE

# The loser of Airflow's advisory lock exits 1; by the next try the winner is usually done.
TRIES = 5
PAUSE = 10


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


def migrate_schema() -> int:
    """Run ``airflow db migrate`` until it succeeds, TRIES times at most; its last exit code."""
    for attempt in range(1, TRIES + 1):
        code = subprocess.run(["airflow", "db", "migrate"], check=False).returncode
        if code == 0 or attempt == TRIES:
            return code
        print(f"airflow-fargate: migrate: try {attempt} of {TRIES} ended with {code}; again in {PAUSE} s", flush=True)
        time.sleep(PAUSE)
    return 1


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


def main() -> int:
    """Migrate, make the user, and print one JSON line that says what was and how to go back."""
    database = Database.of(os.environ)
    before = revision(database)
    code = migrate_schema()
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
    sys.exit(main())
