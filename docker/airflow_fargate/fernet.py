"""Whether the Fernet keys are this database's: else the first Airflow task that needs a password would find out."""

from __future__ import annotations

from airflow_fargate.backing_services import Database
from airflow_fargate.components import FERNET_KEY
from airflow_fargate.startup_error import Refusal

# Enough that one value from a key long lost does not stop a whole environment.
SAMPLE = 20
ENCRYPTED = f"""
    (select password from connection where is_encrypted and password <> '' limit {SAMPLE})
    union all (select val from variable where is_encrypted and val <> '' limit {SAMPLE})
"""  # noqa: S608 - a constant


def check(database: Database, keys: str) -> None:
    """Raise Refusal when none of ``keys`` opens any of the encrypted values that were looked at.

    A database that holds none, or goes away meanwhile, proves nothing and passes.
    """
    values = _encrypted_values(database)
    if values and not any(_opens(keys, value) for value in values):
        raise Refusal(
            f"{FERNET_KEY}: opens none of {len(values)} encrypted connections and variables of {database.place}. "
            "Fix: put the key that encrypted them behind the new one, separated by a comma, or back"
        )


def _encrypted_values(database: Database) -> list[str]:
    import psycopg2

    try:
        connection = psycopg2.connect(**database.arguments, connect_timeout=5)
    except psycopg2.OperationalError:
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(ENCRYPTED)
            return [str(row[0]) for row in cursor.fetchall()]
    finally:
        connection.close()


def _opens(keys: str, value: str) -> bool:
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet

    try:
        MultiFernet([Fernet(key.strip()) for key in keys.split(",")]).decrypt(value)
    except InvalidToken:
        return False
    return True
