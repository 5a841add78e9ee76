"""The environment of this tier: applied to the emulator, and run as containers by a fake of ECS."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.iam import DecisionReport

from environments.facts.topology import TOPOLOGIES, Topology, is_standalone
from local.airflow_client import Client
from local.containers import engine, images
from local.containers.engine import Container, Launch
from local.ecs.fake_cluster import FakeCluster, fake_cluster
from modules.core.airflow_process import STANDALONE
from tests.live.applied import Applied, KeyPair, apply

HERE = Path(__file__).parent
PARAMETERS = "/airflow/live"
# Deadlines end a run that hangs; on a busy machine an api-server takes minutes to start.
STEADY_SECONDS = 600
FOLLOW_SECONDS = 90
REPORT = pytest.StashKey[list[str]]()
# A file for the IAM decisions, which ``make grants`` reads.
RECORD_VARIABLE = "AIRFLOW_FARGATE_RECORD"
# An alarm needs five minutes with the same dag-processor: its test is after those that replace nothing.
ORDER = {"test_notification": 1, "test_faults": 2, "test_fernet_rotation": 3}
APPLYING = pytest.StashKey[Future[Applied]]()


@dataclass(frozen=True, kw_only=True)
class Live:
    """The running environment.

    Args:
        applied: the environment as Terraform applied it.
        ecs: the fake of ECS that runs its services.
        git: the Git host, and its address on the internet.
        airflow: client of the running api-servers.
        provoked: action and resource of the requests that tests make to see them denied.
    """

    applied: Applied
    emulator: Emulator
    ecs: FakeCluster
    git: Container
    git_address: str
    airflow: Client
    provoked: set[tuple[str, str]] = field(default_factory=set)

    @property
    def logs(self) -> Any:
        """The emulator's CloudWatch Logs."""
        return self.emulator.client("logs")

    @property
    def decisions(self) -> DecisionReport:
        """The IAM decisions so far, without the denials that tests provoked."""
        return self.emulator.decisions.without(self.provoked)

    def scale(self, service: str, count: int) -> None:
        """Set the desired count of a service through the API, as Application Auto Scaling does."""
        self.emulator.client("ecs").update_service(cluster="airflow-live", service=service, desiredCount=count)

    def change(self, *, egress: str, topology: Topology, **changes: object) -> None:
        """Apply an egress mode and changes to the environment with Terraform, and follow them.

        One foundation serves every topology: applying it takes minutes where it replaces more than the network. Of what
        the foundation of another topology has in addition, services need the log group only.
        """
        network = self.applied.network | {"egress": egress}
        if network != self.applied.network:
            delivery = {key: value for key, value in changes.items() if key == "dags"}
            self.applied.make("live-foundation", network=network, **delivery)
            self.ecs.refresh_network()
        if is_standalone(topology):
            with suppress(self.logs.exceptions.ResourceAlreadyExistsException):
                self.logs.create_log_group(logGroupName=f"{PARAMETERS}/{STANDALONE.name}")
        self.applied.make("live-airflow", network=network, topology=topology, **changes)
        self.ecs.refresh_network()

    def bake_dags(self) -> None:
        """Let tasks that start from now on have the DAG files in their image."""
        image = f"{self.ecs.vpc.name}:baked"
        text = f"FROM {self.ecs.runner.platform.image}\nCOPY . /opt/airflow/dags/\n"
        words = ("build", "--quiet", "--tag", image, "--file", "-", str(HERE / "dags"))
        engine.docker(*words, stdin=text)
        self.ecs.runner.platform = replace(self.ecs.runner.platform, image=image)

    def push(self, *, message: str, script: str) -> str:
        """Commit and push the changes that a shell script makes to the DAG repository; return the new commit."""
        words = (
            "set -e; rm -rf /tmp/w; git clone -q /srv/git/dags.git /tmp/w 2>/dev/null; cd /tmp/w;"
            f" git checkout -q -B main; {script}; git add .;"
            f" git -c user.name=t -c user.email=t@example commit -q -m '{message}';"
            " git push -q origin main; git rev-parse HEAD"
        )
        return self.git.exec("sh", "-c", words, user="git").stdout.strip()

    def follow(self, commit: str) -> None:
        """Wait until git-sync of every component shows ``commit``."""
        deadline = time.monotonic() + FOLLOW_SECONDS
        while (commits := self._commits()) != {commit}:
            assert time.monotonic() < deadline, f"{commits}, not {commit} after {FOLLOW_SECONDS} s"
            time.sleep(3)

    def _commits(self) -> set[str]:
        link = "/opt/airflow/dags/current"
        return {
            task.containers["git-sync"].exec("readlink", link).stdout.strip().rsplit("/", 1)[-1]
            for tasks in self.ecs.runner.tasks.values()
            for task in tasks
            if "git-sync" in task.containers and task.phase == "running"
        }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of one topology together: a change of the topology takes a minute or two."""
    order: dict[object, int] = {name: number for number, name in enumerate(reversed(TOPOLOGIES), start=len(ORDER) + 1)}

    def position(item: pytest.Item) -> int:
        if HERE not in item.path.parents:
            return 0
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        return order.get(parameters.get("topology"), ORDER.get(item.path.stem, 0))

    items.sort(key=position)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start Terraform in the background: it mostly waits for the provider's timers while other tests run."""
    needed = any("applied" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly:
        session.config.stash[APPLYING] = ThreadPoolExecutor(max_workers=1).submit(apply)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the numbers of filtered packets, validated requests and IAM decisions, and the most frequent denials."""
    for line in config.stash.get(REPORT, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def applied(pytestconfig: pytest.Config) -> Iterator[Applied]:
    """The applied environment; waits for Terraform."""
    environment = pytestconfig.stash[APPLYING].result()
    yield environment
    environment.emulator.stop()
    shutil.rmtree(environment.folder)


@pytest.fixture(scope="session")
def live(applied: Applied, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The running environment: database migrated, DAGs pushed, all services steady."""
    folder = tmp_path_factory.mktemp("authority")
    for parent in (folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    emulator = applied.emulator
    _put_parameters(emulator, applied.deploy_key)
    network = f"airflow-fargate-live-{os.getpid()}"
    with fake_cluster(emulator, cluster="airflow-live", parameters=PARAMETERS, network=network, folder=folder) as ecs:
        git = _git_host(ecs, applied)
        password = ecs.runner.catalog.secret(f"{PARAMETERS}/admin-password")
        client = Client(servers=lambda: [ecs.gateways], password=password)
        running = Live(applied=applied, emulator=emulator, ecs=ecs, git=git, git_address=git.address, airflow=client)
        engine.docker("cp", str(HERE / "dags"), f"{git.id}:/tmp/dags")
        running.push(message="DAGs", script="cp -r /tmp/dags .")
        code, log = ecs.run_task("migrate")
        assert code == 0, log[-3000:]
        with ecs.runner:
            ecs.runner.wait_steady(seconds=STEADY_SECONDS)
            for name in ("many", "slow"):
                client.wait_for_dag(name)
            yield running
            decisions = running.decisions
            validated = f"AWS models, rules and quotas: {emulator.validation}"
            pytestconfig.stash[REPORT] = [*ecs.vpc.report(), validated, f"IAM: {decisions}", *decisions.denials()]
            if file := os.environ.get(RECORD_VARIABLE):
                Path(file).write_text(json.dumps(decisions.document(), indent=1), encoding="utf-8")


def _put_parameters(emulator: Emulator, deploy: KeyPair) -> None:
    """Write the parameters that an operator provides: deploy key, an Airflow connection and an Airflow variable."""
    ssm = emulator.client("ssm")
    for name, value in (
        ("git-deploy-key", deploy.private),
        ("connections/warehouse", '{"conn_type": "http", "password": "from the store"}'),
        ("variables/greeting", "hello"),
    ):
        key = "alias/airflow-live-secrets"
        ssm.put_parameter(Name=f"{PARAMETERS}/{name}", Value=value, Type="SecureString", KeyId=key, Overwrite=True)


def _git_host(ecs: FakeCluster, applied: Applied) -> Container:
    """Start the Git host on the internet."""
    launch = Launch(
        image=images.build("git"),
        name=f"{ecs.vpc.name}-git",
        environ={"AUTHORIZED_KEY": applied.deploy_key.public, "HOST_KEY": applied.host_key.private},
        options=("--no-healthcheck", "--network", ecs.vpc.internet),
    )
    host = engine.start(launch)
    host.wait_healthy()
    address = host.address
    ecs.vpc.outside(host, "git-host")
    ecs.vpc.records["git.example"] = lambda: [address]
    return host
