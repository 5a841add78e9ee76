"""Rows of Airflow's tables without Airflow, and copies of a database as dump and restore make them."""

from __future__ import annotations

from local.containers import backing_services
from local.containers.engine import Container

VALUES = {
    "integer": "n",
    "double precision": "n",
    "boolean": "false",
    "timestamp with time zone": "now()",
    "uuid": "gen_random_uuid()",
    "json": "'{}'::json",
    "jsonb": "'{}'::jsonb",
}
"""A value for each row ``n`` by type of the column; other columns get text."""
DUMP = f"pg_dump --host {backing_services.SOCKETS} --username airflow"
RESTORE = f"pg_restore --host {backing_services.SOCKETS} --username airflow"


def fill(database: Container, table: str, count: int, *, name: str) -> None:
    """Insert ``count`` rows with a value in every required column, without checks of foreign keys.

    Args:
        name: name of the database.
    """
    required = (
        "select column_name, data_type from information_schema.columns "  # noqa: S608 - constants
        f"where table_name = '{table}' and is_nullable = 'NO' and column_default is null"
    )
    columns = dict(backing_services.query(database, required, name=name))
    values = ", ".join(VALUES.get(kind, f"'{table} ' || n") for kind in columns.values())
    insert = f"insert into {table} ({', '.join(columns)}) select {values} from generate_series(1, {count}) n"  # noqa: S608
    backing_services.query(database, f"set session_replication_role = replica; {insert}", name=name)


def copy_database(database: Container, source: str, copy: str) -> None:
    """Create the database ``copy`` from a dump of ``source``."""
    backing_services.query(database, f"create database {copy}", name="postgres")
    database.exec("sh", "-c", f"{DUMP} --format custom {source} | {RESTORE} --exit-on-error --dbname {copy}")


def fingerprint(database: Container, name: str) -> str:
    """Checksum of schema and data; the random words of psql's restricted mode do not count."""
    return database.exec("sh", "-c", f"{DUMP} {name} | grep -v restrict | md5sum").stdout
