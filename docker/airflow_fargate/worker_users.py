"""The PostgreSQL users of workers in an environment with teams (docs/teams.md).

Such a user reads and changes the rows of Celery's result table that it wrote itself, and nothing else. Row-level
security compares ``session_user``, which ``SET ROLE`` does not change. The policy does not apply to the owner of the
table, which is Airflow's user: the scheduler reads all rows.

Celery stores a result as a pickle, which the scheduler loads: code on a worker that could store a pickle would run in
the scheduler. A trigger therefore removes the result. Airflow needs only the state; the result of an Airflow task is
an XCom.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from airflow_fargate import database_token, token_login
from airflow_fargate.backing_services import Database
from airflow_fargate.startup_error import StartupError
from airflow_fargate.waiting import first_line

VARIABLE = "AIRFLOW_DB_WORKER_USERS"
NAME = re.compile(r"airflow_worker(_[a-z0-9_]+)?")
GROUP = "airflow_workers"
LOCK_SECONDS = 10
# The scheduler reads the traceback of a failed Airflow task; a worker must not be able to fill its memory.
TRACEBACK_CHARACTERS = 65536
RESTRICT = (
    f"set local lock_timeout = '{LOCK_SECONDS}s'",
    "alter table celery_taskmeta add column if not exists owner text not null default session_user",
    f"""create or replace function celery_taskmeta_state_only() returns trigger language plpgsql
        set search_path = pg_catalog as $$ begin
        new.result := null;
        new.traceback := left(new.traceback, {TRACEBACK_CHARACTERS});
        return new;
    end $$""",
    "drop trigger if exists state_only on celery_taskmeta",
    """create trigger state_only before insert or update on celery_taskmeta
        for each row execute function celery_taskmeta_state_only()""",
    "drop policy if exists own_rows on celery_taskmeta",
    f"""create policy own_rows on celery_taskmeta to {GROUP}
        using (owner = session_user) with check (owner = session_user)""",
    "alter table celery_taskmeta enable row level security",
    # PostgreSQL 14 and earlier let every user create functions here, and Airflow's statements would call them.
    "grant create, usage on schema public to current_user",
    "revoke create on schema public from public",
    f"grant select, insert, update on celery_taskmeta to {GROUP}",
    f"grant usage on sequence task_id_sequence to {GROUP}",
)
# A user without an open connection: a worker that runs an Airflow task has one.
UNUSED = """
    select rolname from pg_roles join pg_auth_members on pg_roles.oid = member
    where roleid = (select oid from pg_roles where rolname = %s) and rolname <> all(%s) and rolname ~ %s
        and not exists (select from pg_stat_activity where usename = rolname)
    order by rolname
"""


def wanted(environ: Mapping[str, str]) -> list[str]:
    """The users that AIRFLOW_DB_WORKER_USERS lists; none where components log in with the password.

    Raises:
        StartupError: a name is not that of a user of workers.
    """
    names = (environ.get(VARIABLE) or "").split(",") if database_token.is_required(environ) else []
    users = [name.strip() for name in names if name.strip()]
    for user in users:
        if not NAME.fullmatch(user):
            raise StartupError(
                f"{VARIABLE}: expected names such as airflow_worker or airflow_worker_sales, separated by commas, got "
                f"{user!r}. Fix: correct the variable"
            )
    return users


def ensure(database: Database, users: list[str]) -> None:
    """Create ``users``, restrict Celery's result table, and drop users of earlier teams that nothing uses.

    Raises:
        SystemExit: PostgreSQL rejected a statement, another transaction held the table for LOCK_SECONDS, or every user
            may create objects in the schema of Airflow's tables.
    """
    import psycopg2

    connection = database.connect(application_name="airflow-fargate-migrate")
    try:
        if users:
            _create_result_table(database)
            _in_transaction(connection, _restrict)
            for user in users:
                _in_transaction(connection, _create, user)
            print(f"airflow-fargate: migrate: users of workers: {', '.join(users)}", flush=True)
        for user in _in_transaction(connection, _unused, users):
            _drop(connection, user)
    except psycopg2.Error as error:
        raise SystemExit(
            f"airflow-fargate: migrate: users of workers: {first_line(error)}. Fix: run the migration again when no "
            "clean-up of the database runs"
        ) from None
    finally:
        connection.close()


def _create_result_table(database: Database) -> None:
    """Create Celery's tables as their owner; a worker, which may not, finds them."""
    import sqlalchemy
    from celery.backends.database.models import TaskExtended

    from airflow_fargate import sqlalchemy_tokens  # noqa: F401  # gives the engine its tokens

    engine = sqlalchemy.create_engine(database.result_backend.removeprefix("db+"))
    TaskExtended.metadata.create_all(engine)
    engine.dispose()


def _in_transaction(connection: Any, run: Any, *arguments: Any) -> Any:
    with connection, connection.cursor() as cursor:
        return run(cursor, *arguments)


def _exists(cursor: Any, role: str) -> bool:
    cursor.execute("select from pg_roles where rolname = %s", (role,))
    return bool(cursor.rowcount)


def _restrict(cursor: Any) -> None:
    if not _exists(cursor, GROUP):
        cursor.execute(f"create role {GROUP} nologin")
    for statement in RESTRICT:
        cursor.execute(statement)
    cursor.execute("select has_schema_privilege(%s, 'public', 'create')", (GROUP,))
    if cursor.fetchone()[0]:
        raise SystemExit(
            "airflow-fargate: migrate: every user may create functions in the schema public, which Airflow would "
            "call. Fix: as the owner of the schema, run REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        )


def _create(cursor: Any, user: str) -> None:
    """Create ``user``, which has no password: RDS accepts only tokens from a member of ``rds_iam``."""
    from psycopg2 import sql

    if not _exists(cursor, user):
        cursor.execute(sql.SQL("create role {}").format(sql.Identifier(user)))
    cursor.execute(sql.SQL("alter role {} login").format(sql.Identifier(user)))
    for role in (GROUP, token_login.ROLE):
        cursor.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(user)))


def _unused(cursor: Any, users: list[str]) -> list[str]:
    cursor.execute(UNUSED, (GROUP, users, f"^{NAME.pattern}$"))
    return [row[0] for row in cursor.fetchall()]


def _drop(connection: Any, user: str) -> None:
    """Drop ``user``; one that owns something cannot be dropped, and loses its login instead."""
    import psycopg2
    from psycopg2 import sql

    def run(statement: str) -> None:
        _in_transaction(connection, lambda cursor: cursor.execute(sql.SQL(statement).format(sql.Identifier(user))))

    try:
        run("drop role {}")
        print(f"airflow-fargate: migrate: dropped the user {user}, whose team no longer exists", flush=True)
    except psycopg2.errors.DependentObjectsStillExist as error:
        run("alter role {} nologin")
        print(f"airflow-fargate: migrate: {user} can no longer log in: {str(error).splitlines()[0]}", flush=True)
