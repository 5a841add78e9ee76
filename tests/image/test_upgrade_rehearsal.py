"""An Airflow upgrade is rehearsed on a copy of an older database, and undone, with the original untouched.

RDS restores a snapshot where this test restores a dump. There is one image, so the older database is a downgraded one.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from local.containers import backing_services, engine
from tests.image.rows import copy_database, fill, fingerprint
from tests.image.services import PRISTINE, Services

RUNS = 500
OLDER = "3.2.0"
ORIGINAL, COPY = "upgrade", "upgrade_rehearsal"
HISTORY = "select count(*), md5(string_agg(concat_ws('|', dag_id, run_id, state), ',' order by id)) from dag_run"
COLUMNS = """
    select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'
    order by table_name, column_name
"""


def run(services: Services, *words: str, database: str) -> subprocess.CompletedProcess[str]:
    """Run a component of the image on a database to its end."""
    component, *arguments = words
    environ = {"AIRFLOW_DB_NAME": database, "AIRFLOW_WAIT_SECONDS": "1"}
    return engine.run(services.launch(component, *arguments, environ=environ, name="upgrade"))


def succeed(services: Services, *words: str, database: str) -> str:
    done = run(services, *words, database=database)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def older(migrated: Services) -> Iterator[Services]:
    """A database of an older Airflow with a DAG and its history."""
    database = migrated.database
    backing_services.query(database, f"create database {ORIGINAL} template {PRISTINE}", name="postgres")
    fill(database, "dag_run", RUNS, name=ORIGINAL)
    fill(database, "dag_bundle", 1, name=ORIGINAL)
    fill(database, "dag", 1, name=ORIGINAL)
    backing_services.query(database, "update dag set bundle_name = 'dag_bundle 1'", name=ORIGINAL)
    succeed(migrated, "downgrade", OLDER, database=ORIGINAL)
    yield migrated
    for name in (ORIGINAL, COPY):
        backing_services.query(database, f"drop database if exists {name} with (force)", name="postgres")


@pytest.mark.feature("D5")
def test_upgrade_is_rehearsed_on_a_copy_and_undone(
    older: Services, record_property: Callable[[str, object], None]
) -> None:
    database, times = older.database, {}
    untouched = fingerprint(database, ORIGINAL)
    history = backing_services.query(database, HISTORY, name=ORIGINAL)
    columns = backing_services.query(database, COLUMNS, name=ORIGINAL)
    assert history[0][0] == str(RUNS)
    rejected = run(older, "pause", "0", database=ORIGINAL)
    assert rejected.returncode != 0
    assert "alembic_version is at " in rejected.stderr

    began = time.monotonic()
    copy_database(database, ORIGINAL, COPY)
    times["copy"] = time.monotonic() - began

    began = time.monotonic()
    report = json.loads(succeed(older, "migrate", database=COPY).strip().splitlines()[-1])
    times["migrate"] = time.monotonic() - began
    assert report["from"] != report["to"]

    started = json.loads(succeed(older, "pause", "0", database=COPY).strip().splitlines()[-1])
    assert started["dags"] == ["dag 1"]
    assert backing_services.query(database, HISTORY, name=COPY) == history

    began = time.monotonic()
    succeed(older, *report["way_back"].split(), database=COPY)
    times["downgrade"] = time.monotonic() - began
    assert backing_services.query(database, "select version_num from alembic_version", name=COPY) == [[report["from"]]]
    assert backing_services.query(database, COLUMNS, name=COPY) == columns
    assert backing_services.query(database, HISTORY, name=COPY) == history
    assert fingerprint(database, ORIGINAL) == untouched
    shown = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in times.items())
    record_property("rehearsal", f"{OLDER} to {report['airflow']} with {RUNS} DAG runs: {shown}")
