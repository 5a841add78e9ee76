"""Fixtures of this tier: the image, PostgreSQL and Redis on a Docker network, and the components started on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from terraform_harness.tools import require

from local.containers import authority, backing_services, engine, images
from local.containers.engine import Container
from tests.image.fake_rds_proxy import FakeRdsProxy
from tests.image.services import PRISTINE, SECRETS, Services

FOLDER = Path(__file__).parent
SERVICES = pytest.StashKey[Services]()
COMPONENTS = pytest.StashKey[Mapping[str, Container]]()


def _needs_components(item: pytest.Item | None) -> bool:
    return item is not None and "components" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of the running components one after the other: idle components use a third of a processor."""
    items.sort(key=lambda item: (FOLDER not in item.path.parents, not _needs_components(item)))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Remove containers after the last test that needs them; this tier's network and the rest after its last test."""
    stash = item.config.stash
    if not _needs_components(nextitem) and COMPONENTS in stash:
        engine.remove_all(container.id for container in stash[COMPONENTS].values())
        del stash[COMPONENTS]
    last = nextitem is None or FOLDER not in nextitem.path.parents
    if last and (services := stash.get(SERVICES, None)):
        engine.remove_network(services.network)


@pytest.fixture(scope="session")
def image() -> str:
    require("docker")
    return images.build("airflow")


@pytest.fixture(scope="session")
def services(image: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    network = f"airflow-fargate-{os.getpid()}"
    folder = tmp_path_factory.mktemp("authority")
    folder.parent.chmod(0o755)
    folder.parent.parent.chmod(0o755)
    certificate = authority.make(folder)
    engine.docker("network", "create", network)
    setting = backing_services.Setting(network=network, authority=folder)
    try:
        services = Services(
            image=image,
            network=network,
            certificate=certificate,
            setting=setting,
            database=backing_services.postgres(
                setting, names=["database.example"], password=SECRETS["AIRFLOW_DB_PASSWORD"]
            ),
            broker=backing_services.redis(
                setting, names=["broker.example"], password=SECRETS["AIRFLOW_BROKER_PASSWORD"]
            ),
        )
        pytestconfig.stash[SERVICES] = services
        yield services
    finally:
        engine.remove_network(network)


@pytest.fixture(scope="session")
def aws(services: Services) -> Iterator[str]:
    """The address of an emulated AWS that containers reach."""
    server = ThreadedMotoServer(ip_address=services.gateway, port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def migrated(services: Services) -> Services:
    """The services with a migrated database, and a copy of it under the name PRISTINE."""
    done = engine.run(services.launch("migrate"))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    # A copy takes a moment and a migration half a minute. PostgreSQL copies only a database without clients.
    backing_services.query(services.database, f"create database {PRISTINE} template airflow", name="postgres")
    return services


@pytest.fixture(scope="session")
def rds_proxy(services: Services) -> Iterator[FakeRdsProxy]:
    """A fake of RDS Proxy in front of PostgreSQL; the proxy's own connections to PostgreSQL come without TLS."""
    name = "proxy.example"
    rule = f"hostnossl all all {services.gateway}/32 password"
    services.database.exec("sh", "-c", f"echo '{rule}' >>/data/cluster/pg_hba.conf")
    backing_services.query(services.database, "select pg_reload_conf()")
    certificate = authority.issue(services.setting.authority, name=name)
    database = (services.database.address, 5432)
    secret = {"airflow": SECRETS["AIRFLOW_DB_PASSWORD"]}
    with FakeRdsProxy(
        name=name, host=services.gateway, database=database, certificate=certificate, secret=secret
    ) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def components(migrated: Services, pytestconfig: pytest.Config) -> Mapping[str, Container]:
    """Every component of the full topology, healthy; removed after the last test that needs them."""
    names = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
    running = {name: migrated.start(name, health_checks=True) for name in names}
    pytestconfig.stash[COMPONENTS] = running
    for container in running.values():
        container.wait_healthy(seconds=600)
    return running


@pytest.fixture(scope="session")
def isolated_chromium(migrated: Services, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Chromium in the network namespace of the database.

    Chromium drops its connections (ERR_NETWORK_CHANGED) when an interface appears, and on the host each container of
    another test adds one. Without root it runs on the host.
    """
    program, nsenter = str(require("chromium")), shutil.which("nsenter")
    if os.geteuid() or not nsenter:
        return program
    script = tmp_path_factory.mktemp("chromium") / "chromium"
    process_id = migrated.database.state["Pid"]
    script.write_text(f'#!/bin/sh\nexec {nsenter} --target {process_id} --net {program} "$@"\n')
    script.chmod(0o755)
    return str(script)
