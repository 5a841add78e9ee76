"""Every component works behind RDS Proxy, which rejects start-up parameters that PostgreSQL accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from local.containers import backing_services, engine
from local.containers.engine import Container
from tests.image.fake_rds_proxy import COMMAND_LINE_OPTIONS, NO_CREDENTIALS, WRONG_PASSWORD, FakeRdsProxy, pins
from tests.image.services import PRISTINE, Services

DATABASE = "behind_proxy"
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
CONNECT = """
import os, sys
import psycopg2
from airflow_fargate.backing_services import Database
database = Database.of(os.environ)
server = {"host": database.host, "port": database.port, "dbname": database.name, **database.tls}
login = {"user": database.user, "password": database.password}
psycopg2.connect(**(server | login | eval(sys.argv[1]))).close()
"""


@pytest.fixture(scope="module")
def environ(migrated: Services, rds_proxy: FakeRdsProxy) -> Mapping[str, str | None]:
    """The variables of a component whose database is behind the proxy."""
    backing_services.query(migrated.database, f"create database {DATABASE} template {PRISTINE}")
    return {"AIRFLOW_DB_HOST": rds_proxy.name, "AIRFLOW_DB_PORT": str(rds_proxy.port), "AIRFLOW_DB_NAME": DATABASE}


@pytest.fixture(scope="module")
def behind_proxy(
    migrated: Services, rds_proxy: FakeRdsProxy, environ: Mapping[str, str | None]
) -> Iterator[Mapping[str, Container]]:
    """Every component of the full topology, started with the proxy as its database."""
    running = {
        name: migrated.start(name, environ=environ, options=rds_proxy.options, name=f"proxied-{name}")
        for name in COMPONENTS
    }
    yield running
    for container in running.values():
        container.remove()


@pytest.mark.feature("D2")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("{}", ""),
        ("{'application_name': 'a'}", ""),
        ("{'options': '-c statement_timeout=3000'}", COMMAND_LINE_OPTIONS),
        ("{'replication': 'database'}", "doesn't accept replication at start-up"),
        ("{'sslmode': 'disable'}", "requires TLS"),
    ],
)
def test_fake_rejects_what_rds_proxy_rejects(
    migrated: Services, rds_proxy: FakeRdsProxy, environ: Mapping[str, str | None], options: str, message: str
) -> None:
    error = connect(migrated, rds_proxy, environ, options)
    assert bool(error) == bool(message), error
    assert message in error


def connect(migrated: Services, rds_proxy: FakeRdsProxy, environ: Mapping[str, str | None], options: str) -> str:
    """Connect through the proxy; the error, empty where there is none."""
    extra = (*rds_proxy.options, "--entrypoint", "python")
    launch = migrated.launch("metrics", environ=environ, options=extra, name="options")
    done = engine.run(replace(launch, command=("-c", CONNECT, options)))
    return done.stderr if done.returncode else ""


@pytest.mark.feature("D2", "S6")
def test_proxy_logs_clients_and_itself_in_with_its_own_secret(
    migrated: Services, rds_proxy: FakeRdsProxy, environ: Mapping[str, str | None]
) -> None:
    """A rotation must therefore update the secret of the proxy as well as the password of the user."""

    def attempt(password: str) -> str:
        return connect(migrated, rds_proxy, environ, repr({"user": "rotated", "password": password}))

    backing_services.query(migrated.database, "create role rotated login password 'first'")
    assert NO_CREDENTIALS.format("rotated") in attempt("first")
    rds_proxy.secret["rotated"] = "first"
    assert attempt("first") == ""
    backing_services.query(migrated.database, "alter role rotated password 'second'")
    assert WRONG_PASSWORD.format("rotated") in attempt("second")
    assert "password authentication failed" in attempt("first")
    rds_proxy.secret["rotated"] = "second"
    assert attempt("second") == ""


@pytest.mark.feature("D2", "C1")
def test_every_component_is_healthy_behind_rds_proxy(
    behind_proxy: Mapping[str, Container], rds_proxy: FakeRdsProxy
) -> None:
    rejected = len(rds_proxy.rejected)
    for container in behind_proxy.values():
        container.wait_healthy(seconds=480)
    assert rds_proxy.rejected[rejected:] == []
    assert {parameters["database"] for parameters in rds_proxy.accepted} >= {DATABASE}


@pytest.mark.feature("D2", "C5")
def test_migration_succeeds_behind_rds_proxy(
    migrated: Services, rds_proxy: FakeRdsProxy, environ: Mapping[str, str | None]
) -> None:
    done = engine.run(migrated.launch("migrate", environ=environ, options=rds_proxy.options, name="proxied-migrate"))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.feature("D2")
def test_own_programs_pin_no_connection_but_for_the_lock_of_the_migration(
    behind_proxy: Mapping[str, Container], rds_proxy: FakeRdsProxy
) -> None:
    """A pinned connection is not shared. Airflow's own connections are pinned by prepared statements of asyncpg."""
    for container in behind_proxy.values():
        container.wait_healthy(seconds=480)
    own = {what for client, what in rds_proxy.pinned if client.startswith("airflow-fargate")}
    assert own <= {"pg_advisory_lock", "pg_try_advisory_lock"}


@pytest.mark.feature("D2")
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("SET statement_timeout = 1", ["set"]),
        ("set local statement_timeout = 1", []),
        ("select pg_advisory_lock(1)", ["pg_advisory_lock"]),
        ("select pg_advisory_xact_lock(1)", []),
        ("create temporary table t (a int)", ["create temporary"]),
        ("select nextval('a')", ["nextval"]),
        ("update t set a = 1", []),
        ("x" * 20_000, ["a statement of more than 16 KiB"]),
    ],
)
def test_statement_that_pins_a_connection_is_recognized(statement: str, what: list[str]) -> None:
    assert list(pins(b"Q", statement.encode() + b"\0")) == what
    assert list(pins(b"P", b"name\0" + statement.encode() + b"\0\0")) == ["a named prepared statement", *what]
    assert list(pins(b"D", statement.encode())) == []
