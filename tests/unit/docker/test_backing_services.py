"""Connections to the database carry no start-up options, because RDS Proxy rejects them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow_fargate import backing_services
from airflow_fargate.backing_services import Database, limit_statements

from local.repository import ROOT

# Parameters of psycopg2.connect that become part of the start-up packet and that RDS Proxy accepts.
ACCEPTED = {"dbname", "user", "application_name"}
CLIENT_ONLY = {"host", "port", "password", "connect_timeout", "sslmode", "sslrootcert"}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    return Database.of(
        {"AIRFLOW_DB_HOST": "proxy.example", "AIRFLOW_DB_PASSWORD": "x", "AIRFLOW_CA_FILE": str(ca_file)}
    )


@pytest.mark.feature("D2")
def test_connection_has_no_start_up_options(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setitem(sys.modules, "psycopg2", SimpleNamespace(connect=lambda **options: given.update(options)))
    database.connect(application_name="test", seconds=4)
    assert given.keys() <= ACCEPTED | CLIENT_ONLY
    assert (given["connect_timeout"], given["sslmode"]) == (4, "verify-full")


@pytest.mark.feature("D2")
def test_every_connection_is_opened_in_one_place() -> None:
    package = Path(backing_services.__file__).parent
    found = [file.name for file in package.glob("*.py") if "psycopg2.connect(" in file.read_text()]
    assert found == ["backing_services.py"]
    assert package == ROOT / "docker" / "airflow_fargate"


def test_statement_timeout_lasts_for_the_transaction() -> None:
    """A session-wide SET would pin the connection in RDS Proxy."""
    executed: list[tuple[str, tuple[int]]] = []
    limit_statements(SimpleNamespace(execute=lambda *words: executed.append(words)), seconds=3)
    assert executed == [("set local statement_timeout = %s", (3000,))]
