"""Every component works behind RDS Proxy, which rejects start-up parameters that PostgreSQL accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from local.containers import backing_services, engine
from local.containers.engine import Container
from tests.image.fake_rds_proxy import COMMAND_LINE_OPTIONS, FakeRdsProxy
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
    launch = migrated.launch(
        "metrics", environ=environ, options=(*rds_proxy.options, "--entrypoint", "python"), name="options"
    )
    done = engine.run(replace(launch, command=("-c", CONNECT, options)))
    assert done.returncode == (1 if message else 0), done.stderr
    assert message in done.stderr


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
