"""One environment for the whole tier: applied to the emulator, read back through its API, run on real containers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from harness.containers import engine, images
from harness.containers.engine import Container, Launch
from harness.ecs.stand_in import StandIn, stand_in
from harness.emulator import Emulator
from harness.lifecycle import Lifecycle
from harness.tools import ROOT, require
from tests.live.airflow_client import Client

HERE = Path(__file__).parent
PARAMETERS = "/airflow/live"
STEADY_WITHIN = 240


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """An ssh key as files hold it."""

    private: str
    public: str

    @classmethod
    def make(cls) -> KeyPair:
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        return cls(private=private.decode(), public=public.decode())


@dataclass(frozen=True, kw_only=True)
class Live:
    """The running environment."""

    emulator: Emulator
    ecs: StandIn
    git: Container
    airflow: Client

    def scale(self, service: str, count: int) -> None:
        """What Application Auto Scaling does: change the desired count through the API."""
        self.emulator.client("ecs").update_service(cluster="airflow-live", service=service, desiredCount=count)

    def push(self, *, message: str, script: str) -> str:
        """Change the DAG repository by a shell script in its working tree; the new commit."""
        words = (
            "set -e; rm -rf /tmp/w; git clone -q /srv/git/dags.git /tmp/w 2>/dev/null; cd /tmp/w;"
            f" git checkout -q -B main; {script}; git add .;"
            f" git -c user.name=t -c user.email=t@example commit -q -m '{message}';"
            " git push -q origin main; git rev-parse HEAD"
        )
        return self.git.exec("sh", "-c", words, user="git").stdout.strip()


@pytest.fixture(scope="session")
def keys() -> dict[str, KeyPair]:
    return {"host": KeyPair.make(), "deploy": KeyPair.make()}


@pytest.fixture(scope="session")
def applied(keys: dict[str, KeyPair], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The environment's stacks, synthesized from its YAML file and applied by Terraform."""
    require("docker", "terraform", "provider-mirror")
    folder = tmp_path_factory.mktemp("stacks")
    text = (HERE / "environment.yaml").read_text().replace("HOST_KEY", keys["host"].public)
    (folder / "environments").mkdir()
    (folder / "environments" / "live.yaml").write_text(text)
    out = folder / "out"
    subprocess.run([sys.executable, "main.py", str(folder / "environments"), str(out)], cwd=ROOT, check=True)
    with Emulator(account_id="111111111111") as emulator:
        life = Lifecycle(source=out / "stacks", folder=folder, emulator=emulator, console=Console(file=sys.stderr))
        # What the bootstrap stack makes is shown by the apply tier; a minute is saved here.
        emulator.make_state_bucket("airflow-fargate-state-111111111111")
        for stack in ("live-foundation", "live-airflow"):
            life.make(stack)
        yield emulator


@pytest.fixture(scope="session")
def live(applied: Emulator, keys: dict[str, KeyPair], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """All services steady, with a migrated database and the DAGs pushed."""
    folder = tmp_path_factory.mktemp("authority")
    for parent in (folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    _put_parameters(applied, keys["deploy"])
    network = f"airflow-fargate-live-{os.getpid()}"
    with stand_in(applied, cluster="airflow-live", parameters=PARAMETERS, network=network, folder=folder) as ecs:
        git = _git_host(network, keys)
        password = ecs.runner.catalogue.secret(f"{PARAMETERS}/admin-password")
        client = Client(servers=lambda: ecs.runner.running("api-server"), password=password)
        running = Live(emulator=applied, ecs=ecs, git=git, airflow=client)
        engine.docker("cp", str(HERE / "dags"), f"{git.id}:/tmp/dags")
        running.push(message="DAGs", script="cp -r /tmp/dags .")
        code, log = ecs.runner.run_task("airflow-live-migrate")
        assert code == 0, log[-3000:]
        with ecs.runner:
            ecs.runner.wait_steady(seconds=STEADY_WITHIN)
            for name in ("many", "slow"):
                client.wait_for_dag(name)
            yield running


def _put_parameters(emulator: Emulator, deploy: KeyPair) -> None:
    """What people put into Parameter Store: the deploy key, a connection and a variable of Airflow."""
    ssm = emulator.client("ssm")
    for name, value in (
        ("git-deploy-key", deploy.private),
        ("connections/warehouse", '{"conn_type": "http", "password": "from the store"}'),
        ("variables/greeting", "hello"),
    ):
        ssm.put_parameter(Name=f"{PARAMETERS}/{name}", Value=value, Type="SecureString", Overwrite=True)


def _git_host(network: str, keys: dict[str, KeyPair]) -> Container:
    launch = Launch(
        image=images.build("git"),
        name=f"{network}-git",
        environ={"AUTHORIZED_KEY": keys["deploy"].public, "HOST_KEY": keys["host"].private},
        options=("--network", network, "--network-alias", "git.example"),
    )
    host = engine.start(launch)
    host.wait_healthy()
    return host
