"""The one-off command ``database-report``: one JSON line about what decides on an upgrade of PostgreSQL.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html
"""

from __future__ import annotations

import json
import os
from typing import Any

from airflow_fargate.backing_services import Database

COUNTS = {
    "prepared_transactions": "select count(*) from pg_prepared_xacts",
    "replication_slots": "select count(*) from pg_replication_slots where slot_type = 'logical'",
    "unsupported_columns": """
        select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = a.atttypid
        where not a.attisdropped and n.nspname not in ('pg_catalog', 'information_schema')
        and t.typname in ('regproc', 'regprocedure', 'regoper', 'regoperator', 'regconfig', 'regdictionary')
    """,
}
CONNECTIONS = """
    select coalesce(nullif(application_name, ''), 'unnamed'), count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() group by 1 order by 1
"""
EXTENSIONS = "select name, installed_version, default_version from pg_available_extensions where installed_version > ''"


def report(database: Database) -> dict[str, Any]:
    """Version, connections by application, extensions with the version that the server offers, and obstacles."""
    connection = database.connect(application_name="airflow-fargate-report")
    try:
        with connection.cursor() as cursor:
            found: dict[str, Any] = {"event": "database", "postgresql": _rows(cursor, "show server_version")[0][0]}
            found |= {name: _rows(cursor, statement)[0][0] for name, statement in COUNTS.items()}
            found["connections"] = dict(_rows(cursor, CONNECTIONS))
            found["extensions"] = {name: [installed, best] for name, installed, best in _rows(cursor, EXTENSIONS)}
            return found
    finally:
        connection.close()


def _rows(cursor: Any, statement: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement)
    return list(cursor.fetchall())


if __name__ == "__main__":
    print(json.dumps(report(Database.of(os.environ))), flush=True)
