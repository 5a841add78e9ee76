"""``make up`` and ``make down`` on containers: the UI answers, a saved DAG file runs, and nothing is left behind."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from terraform_harness.tools import require

from local.airflow_client import Client
from local.compose.project import Project
from local.containers import engine, images
from local.containers.engine import Launch, start
from local.repository import ROOT

EXAMPLES = ROOT / "examples" / "dags"
SLOW_DAG = ROOT / "tests" / "live" / "dags" / "slow.py"
OUTAGE_SECONDS, TASK_SECONDS = 75, 200


@dataclass(frozen=True, kw_only=True)
class RunningProject:
    """The result of ``make up``: its output, the mounted folder of DAG files, and the Compose project."""

    project: Project
    dags: Path
    printed: str

    def printed_address(self, title: str) -> str:
        found = re.search(rf"^{title}: +(http://127\.0\.0\.1:\d+)", self.printed, re.MULTILINE)
        assert found, self.printed
        return found[1]

    def published(self) -> str:
        return self.printed_address("Airflow")

    @property
    def airflow(self) -> Client:
        command = re.search(r"password: cat (\S+)\)", self.printed)
        assert command, self.printed
        return Client(servers=lambda: [self], password=Path(command[1]).read_text())  # type: ignore[list-item]

    @property
    def values(self) -> dict[str, str]:
        """The secret values of this run by the name of their parameter."""
        return {file.name: file.read_text() for file in self.project.parameters.folder.rglob("*") if file.is_file()}

    def containers(self) -> list[dict[str, object]]:
        return json.loads(engine.docker("inspect", *self.project.containers()).stdout)


def command(verb: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command that the Makefile runs."""
    line = [sys.executable, "-m", "local.compose", verb, "dev", "--home", str(home), *words]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProject]:
    require("docker")
    folder = tmp_path_factory.mktemp("local")
    dags = shutil.copytree(EXAMPLES, folder / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    dags.chmod(0o755)
    shutil.copy(SLOW_DAG, dags)
    project = Project(environment="dev", home=folder / "compose")
    try:
        done = command("up", project.home, "--dags", str(dags))
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        yield RunningProject(project=project, dags=dags, printed=done.stdout)
    finally:
        command("down", project.home, "--data", "delete", "--yes")


@pytest.mark.feature("R2")
def test_up_prints_the_address_of_the_ui_and_the_admin_password(running: RunningProject) -> None:
    with urllib.request.urlopen(running.published(), timeout=30) as page:  # noqa: S310 - a loopback address
        assert b"Airflow" in page.read()
    health = running.airflow.call("GET", "monitor/health")
    assert {part: health[part]["status"] for part in ("scheduler", "dag_processor", "triggerer")} == {
        "scheduler": "healthy",
        "dag_processor": "healthy",
        "triggerer": "healthy",
    }
    assert "Next: make logs" in running.printed


@pytest.mark.feature("R2")
def test_saved_dag_file_runs_and_its_log_is_in_the_ui(running: RunningProject) -> None:
    aws = boto3.client(
        "ssm",
        endpoint_url=running.printed_address("AWS"),
        region_name="eu-central-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    aws.put_parameter(Name="/airflow/dev/variables/greet", Value="Parameter Store", Type="SecureString")
    text = (running.dags / "hello.py").read_text()
    (running.dags / "saved_now.py").write_text(
        text.replace("hello()", "saved_now()").replace("def hello", "def saved_now")
    )
    running.airflow.wait_for_dag("saved_now")
    running.airflow.call("PATCH", "dags/saved_now", {"is_paused": False})
    run = running.airflow.trigger("saved_now")
    assert running.airflow.finish("saved_now", run) == "success"
    assert "Hello, Parameter Store" in running.airflow.log("saved_now", run, "greet")


def _network_address(container: str) -> tuple[str, str]:
    """The network of a container and its address there."""
    form = "{{range $name, $network := .NetworkSettings.Networks}}{{$name}} {{$network.IPAddress}}{{end}}"
    network, _, address = engine.docker("inspect", "--format", form, container).stdout.strip().partition(" ")
    return network, address


@contextmanager
def _address_taken(network: str, *, image: str) -> Iterator[None]:
    """Another container has the next free address of the network, which a stopped one had before."""
    other = start(
        Launch(
            image=images.build(image),
            name=f"{network}-other",
            options=("--network", network, "--entrypoint", "sleep"),
            command=("600",),
        )
    )
    try:
        yield
    finally:
        other.remove()


@pytest.mark.feature("R4", "C3")
def test_running_tasks_survive_75_seconds_until_the_database_is_back_at_another_address(
    running: RunningProject,
) -> None:
    """The environment's own timeouts decide: an Airflow task that is killed during the outage needs a second try."""
    airflow = running.airflow
    database = running.project.compose("ps", "--quiet", "postgres").strip()
    network, before = _network_address(database)
    airflow.wait_for_dag("slow")
    airflow.call("PATCH", "dags/slow", {"is_paused": False})
    run = airflow.trigger("slow", seconds=TASK_SECONDS)
    airflow.wait_for_state("slow", run, "running", count=4, seconds=240)
    running.project.compose("stop", "--timeout", "5", "postgres")
    time.sleep(OUTAGE_SECONDS)
    with _address_taken(network, image="postgres"):
        running.project.compose("start", "postgres")
    assert _network_address(database)[1] != before
    airflow.wait_for_database()
    assert airflow.finish("slow", run, seconds=600) == "success"
    assert [task["try_number"] for task in airflow.tasks("slow", run)] == [1] * 4


@pytest.mark.feature("R2")
def test_no_secret_value_in_compose_file_or_logs(running: RunningProject) -> None:
    text = running.project.file.read_text()
    logs = running.project.compose("logs", "--no-color")
    assert len(running.values) >= 6
    assert not [name for name, value in running.values.items() if value in text or value in logs]


@pytest.mark.feature("R2")
def test_containers_are_hardened_as_deployed(running: RunningProject) -> None:
    found = running.containers()
    assert len(found) > 15
    for container in found:
        host, name = container["HostConfig"], container["Name"]
        assert host["ReadonlyRootfs"] is True, name
        assert host["CapDrop"] == ["ALL"], name
        assert host["Privileged"] is False, name
        assert container["Config"]["User"] not in {"", "0", "root"}, name
        published = [binding for bindings in (host["PortBindings"] or {}).values() for binding in bindings]
        assert {binding["HostIp"] for binding in published} <= {"127.0.0.1"}, name


@pytest.mark.feature("R2")
def test_down_keeps_the_database_and_foreign_containers_and_delete_removes_the_data(running: RunningProject) -> None:
    project = running.project
    label = f"label=com.docker.compose.project={project.name}"
    foreign = engine.start(
        engine.Launch(image="airflow-fargate/redis:local", name=f"{project.name}-foreign", environ={"TLS_NAMES": "x"})
    )
    try:
        done = command("down", project.home)
        assert done.returncode == 0, done.stderr
        assert f"kept: the database (volume {project.volume})" in done.stdout
        assert foreign.inspect()["Id"].startswith(foreign.id[:12])
    finally:
        foreign.remove()
    for kind in (("ps", "--all"), ("network", "ls"), ("volume", "ls")):
        assert engine.docker(*kind, "--quiet", "--filter", label).stdout == "", kind
    assert project.volume_exists()
    done = command("down", project.home, "--data", "delete", "--yes")
    assert "the database and its secrets are deleted" in done.stdout, done.stderr
    assert not project.volume_exists()
    assert not project.folder.exists()
