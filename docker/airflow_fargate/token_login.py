"""Switches the database user from the password to tokens, and back (the one-off command ``password-login``).

RDS accepts only tokens from a user with the role ``rds_iam``, and only the password from a user without it.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
"""

from __future__ import annotations

import os
import sys

from airflow_fargate.backing_services import Database
from airflow_fargate.waiting import NotReady, first_line

ROLE = "rds_iam"


def allow(database: Database, password: str) -> None:
    """Make the database accept tokens: where it rejects one, log in with the password and grant ``rds_iam``.

    Raises:
        NotReady: the database accepts no token yet. The message holds its answer to the token.
    """
    import psycopg2

    try:
        database.connect().close()
    except psycopg2.OperationalError as error:
        _grant(database.with_password(password), rejection=first_line(error))
        raise NotReady(f"{ROLE} was granted to {database.user}, waiting for the first login with a token") from error


def _grant(database: Database, *, rejection: str) -> None:
    import psycopg2

    try:
        _run(database, "grant {} to {}")
    except psycopg2.OperationalError as error:
        raise NotReady(f"token: {rejection}; password: {first_line(error)}") from error
    except psycopg2.Error as error:
        raise NotReady(first_line(error)) from error


def _run(database: Database, statement: str) -> None:
    from psycopg2 import sql

    connection = database.connect(application_name="airflow-fargate-login")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(ROLE), sql.Identifier(database.user)))
    finally:
        connection.close()


if __name__ == "__main__":
    target = Database.of(os.environ)
    _run(target, "revoke {} from {}")
    print(f"airflow-fargate: password-login: {target.user} logs in with the password from now on", flush=True)
    sys.exit(0)
