"""The lock of ``migrate`` is kept alive: RDS Proxy closes idle connections, which would release it."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from airflow_fargate import migrate


class Connection:
    """Records the statements of its cursors; the advisory lock is free."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.closed = False

    def cursor(self) -> AbstractContextManager[Connection]:
        return nullcontext(self)

    def execute(self, statement: str, _: Any = ()) -> None:
        assert not self.closed
        self.statements.append(statement)

    def fetchone(self) -> tuple[bool]:
        return (True,)

    def close(self) -> None:
        self.closed = True


class Database:
    """Gives out one connection."""

    def __init__(self) -> None:
        self.connection = Connection()

    def connect(self, **_: Any) -> Connection:
        return self.connection


@pytest.mark.feature("C5", "D2")
def test_lock_connection_is_not_idle_during_a_long_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "KEEP_ALIVE_SECONDS", 0.01)
    database = Database()
    with migrate.locked(database):  # type: ignore[arg-type]
        deadline = time.monotonic() + 10
        while database.connection.statements.count("select 1") < 2:
            assert time.monotonic() < deadline, database.connection.statements
            time.sleep(0.01)
    assert database.connection.closed


def test_connection_is_closed_after_an_error() -> None:
    database = Database()
    with pytest.raises(SystemExit), migrate.locked(database):  # type: ignore[arg-type]
        raise SystemExit(1)
    assert database.connection.closed
