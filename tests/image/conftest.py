"""The image, and one small world around it that the tests of this tier share."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from terraform_harness.tools import require

from local.containers import authority, backing_services, engine, images
from local.containers.engine import Container
from tests.image.world import PRISTINE, SECRETS, World

FOLDER = Path(__file__).parent
WORLD = pytest.StashKey[World]()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """The world ends with this tier: seven containers would be asked for their health all through the next one."""
    last = nextitem is None or FOLDER not in nextitem.path.parents
    if last and (world := item.config.stash.get(WORLD, None)):
        engine.remove_network(world.network)


@pytest.fixture(scope="session")
def image() -> str:
    require("docker")
    return images.build("airflow")


@pytest.fixture(scope="session")
def world(image: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    network = f"airflow-fargate-{os.getpid()}"
    folder = tmp_path_factory.mktemp("authority")
    folder.parent.chmod(0o755)
    folder.parent.parent.chmod(0o755)
    certificate = authority.make(folder)
    engine.docker("network", "create", network)
    setting = backing_services.Setting(network=network, authority=folder)
    try:
        world = World(
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
        pytestconfig.stash[WORLD] = world
        yield world
    finally:
        engine.remove_network(network)


@pytest.fixture(scope="session")
def aws(world: World) -> Iterator[str]:
    """The address of an emulated AWS that containers reach."""
    server = ThreadedMotoServer(ip_address=world.gateway, port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def migrated(world: World) -> World:
    done = engine.run(world.launch("migrate"))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    # A copy takes a moment, a migration half a minute; it is only possible while nobody is connected.
    backing_services.query(world.database, f"create database {PRISTINE} template airflow", name="postgres")
    return world


@pytest.fixture(scope="session")
def components(migrated: World) -> Mapping[str, Container]:
    """Every component of the full topology, healthy."""
    names = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
    running = {name: migrated.start(name) for name in names}
    for container in running.values():
        container.wait_healthy(seconds=240)
    return running
