"""A dump of the metadata database is restored: the history is equal, and connections are readable with their key only.

RDS restores storage, not dumps. The drill shows what `operations restore` relies on: data and Fernet keys belong
together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from cryptography.fernet import Fernet

from local.containers import backing_services, engine
from tests.image.rows import copy_database, fill
from tests.image.services import PRISTINE, SECRETS, Services

RUNS = 500
SOURCE, RESTORED = "drill", "drill_restored"
HISTORY = "select count(*), md5(string_agg(dag_run::text, ',' order by id)) from dag_run"


@pytest.fixture
def drill(migrated: Services) -> Iterator[Services]:
    """A database with DAG runs and an encrypted connection, without clients."""
    database = migrated.database
    backing_services.query(database, f"create database {SOURCE} template {PRISTINE}", name="postgres")
    fill(database, "dag_run", RUNS, name=SOURCE)
    secret = Fernet(SECRETS["AIRFLOW__CORE__FERNET_KEY"].encode()).encrypt(b"from the drill").decode()
    kept = "insert into connection (conn_id, conn_type, password, is_encrypted, is_extra_encrypted)"
    backing_services.query(database, f"{kept} values ('kept', 'http', '{secret}', true, false)", name=SOURCE)
    yield migrated
    for name in (SOURCE, RESTORED):
        backing_services.query(database, f"drop database if exists {name} with (force)", name="postgres")


@pytest.mark.feature("D6")
def test_restored_history_is_equal_and_connections_need_their_key(
    drill: Services, record_property: Callable[[str, object], None]
) -> None:
    database, began = drill.database, time.monotonic()
    copy_database(database, SOURCE, RESTORED)
    record_property("recovery", f"dump and restore of {RUNS} DAG runs: {time.monotonic() - began:.1f} s")

    history = backing_services.query(database, HISTORY, name=SOURCE)
    assert history[0][0] == str(RUNS)
    assert backing_services.query(database, HISTORY, name=RESTORED) == history

    environ = {"AIRFLOW_DB_NAME": RESTORED, "AIRFLOW_WAIT_SECONDS": "1"}
    words = ("connections", "get", "kept", "--output", "json")
    readable = engine.run(drill.launch("airflow", *words, environ=environ, name="drill"))
    assert "from the drill" in readable.stdout, readable.stderr[-2000:]
    other = {**environ, "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode()}
    rejected = engine.run(drill.launch("scheduler", environ=other, name="drill"))
    assert rejected.returncode == 2
    assert "decrypts none of 1 encrypted connections and variables" in rejected.stderr
