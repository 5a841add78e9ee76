"""Checks at start that the Fernet keys decrypt the database's values, before an Airflow task needs a password."""

from __future__ import annotations

from airflow_fargate.backing_services import Database
from airflow_fargate.components import FERNET_KEY
from airflow_fargate.startup_error import StartupError

# Several values: one value that was encrypted with a lost key must not stop the environment.
SAMPLE = 20
ENCRYPTED = f"""
    (select password from connection where is_encrypted and password <> '' limit {SAMPLE})
    union all (select val from variable where is_encrypted and val <> '' limit {SAMPLE})
"""  # noqa: S608 - a constant


def check(database: Database, keys: str) -> None:
    """Raise StartupError when no key decrypts any of the sampled values.

    The check passes where the database holds no encrypted values or does not answer.

    Args:
        keys: Fernet keys, separated by commas.
    """
    values = _encrypted_values(database)
    if values and not any(_decrypts(keys, value) for value in values):
        raise StartupError(
            f"{FERNET_KEY}: decrypts none of {len(values)} encrypted connections and variables of {database.address}. "
            "Fix: restore the key that encrypted them, or append it to the new key after a comma"
        )


def _encrypted_values(database: Database) -> list[str]:
    import psycopg2

    try:
        connection = database.connect()
    except psycopg2.OperationalError:
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(ENCRYPTED)
            return [str(row[0]) for row in cursor.fetchall()]
    finally:
        connection.close()


def _decrypts(keys: str, value: str) -> bool:
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet

    try:
        MultiFernet([Fernet(key.strip()) for key in keys.split(",")]).decrypt(value)
    except InvalidToken:
        return False
    return True
