"""``make up`` on real containers: the UI answers, a file saved is a DAG seen, and ``make down`` leaves nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from terraform_harness.tools import ROOT, require

from local.airflow_client import Client
from local.compose.project import Project
from local.containers import engine

EXAMPLES = ROOT / "examples" / "dags"


@dataclass(frozen=True, kw_only=True)
class Here:
    """What a person has after ``make up``: the printed text, a folder of DAG files, a browser."""

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
        """Every secret of this run, by the name of its parameter."""
        return {file.name: file.read_text() for file in self.project.parameters.folder.rglob("*") if file.is_file()}

    def containers(self) -> list[dict[str, object]]:
        return json.loads(engine.docker("inspect", *self.project.containers()).stdout)


def command(verb: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the Makefile runs."""
    line = [sys.executable, "-m", "local.compose", verb, "dev", "--home", str(home), *words]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    require("docker")
    folder = tmp_path_factory.mktemp("local")
    dags = shutil.copytree(EXAMPLES, folder / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    dags.chmod(0o755)
    project = Project(environment="dev", home=folder / "compose")
    try:
        done = command("up", project.home, "--dags", str(dags))
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        yield Here(project=project, dags=dags, printed=done.stdout)
    finally:
        command("down", project.home, "--data", "delete", "--yes")


@pytest.mark.feature("R2")
def test_up_ends_with_an_address_that_answers_and_a_password_that_opens(here: Here) -> None:
    with urllib.request.urlopen(here.published(), timeout=30) as page:  # noqa: S310 - a loopback address
        assert b"Airflow" in page.read()
    health = here.airflow.call("GET", "monitor/health")
    assert {part: health[part]["status"] for part in ("scheduler", "dag_processor", "triggerer")} == {
        "scheduler": "healthy",
        "dag_processor": "healthy",
        "triggerer": "healthy",
    }
    assert "Next: make logs" in here.printed


@pytest.mark.feature("R2")
def test_file_that_is_saved_is_a_dag_that_runs_and_its_log_is_in_the_ui(here: Here) -> None:
    aws = boto3.client(
        "ssm",
        endpoint_url=here.printed_address("AWS"),
        region_name="eu-central-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    aws.put_parameter(Name="/airflow/dev/variables/greet", Value="Parameter Store", Type="SecureString")
    text = (here.dags / "hello.py").read_text()
    (here.dags / "saved_now.py").write_text(
        text.replace("hello()", "saved_now()").replace("def hello", "def saved_now")
    )
    here.airflow.wait_for_dag("saved_now")
    here.airflow.call("PATCH", "dags/saved_now", {"is_paused": False})
    run = here.airflow.trigger("saved_now")
    assert here.airflow.finish("saved_now", run) == "success"
    assert "Hello, Parameter Store" in here.airflow.log("saved_now", run, "greet")


@pytest.mark.feature("R2")
def test_no_secret_value_in_compose_file_or_logs(here: Here) -> None:
    text = here.project.file.read_text()
    logs = here.project.compose("logs", "--no-color")
    assert len(here.values) >= 6
    assert not [name for name, value in here.values.items() if value in text or value in logs]


@pytest.mark.feature("R2")
def test_containers_run_as_locked_down_as_deployed(here: Here) -> None:
    found = here.containers()
    assert len(found) > 15
    for container in found:
        host, name = container["HostConfig"], container["Name"]
        assert host["ReadonlyRootfs"] is True, name
        assert host["CapDrop"] == ["ALL"], name
        assert host["Privileged"] is False, name
        assert container["Config"]["User"] not in {"", "0", "root"}, name
        published = [one for bound in (host["PortBindings"] or {}).values() for one in bound]
        assert {one["HostIp"] for one in published} <= {"127.0.0.1"}, name


@pytest.mark.feature("R2")
def test_down_keeps_the_database_touches_nobody_else_and_delete_leaves_nothing(here: Here) -> None:
    project = here.project
    label = f"label=com.docker.compose.project={project.name}"
    stranger = engine.start(
        engine.Launch(image="airflow-fargate/redis:local", name=f"{project.name}-stranger", environ={"TLS_NAMES": "x"})
    )
    try:
        done = command("down", project.home)
        assert done.returncode == 0, done.stderr
        assert f"kept: the database (volume {project.volume})" in done.stdout
        assert stranger.inspect()["Id"].startswith(stranger.id[:12])
    finally:
        stranger.remove()
    for kind in (("ps", "--all"), ("network", "ls"), ("volume", "ls")):
        assert engine.docker(*kind, "--quiet", "--filter", label).stdout == "", kind
    assert project.volume_exists()
    done = command("down", project.home, "--data", "delete", "--yes")
    assert "the database and its secrets are gone" in done.stdout, done.stderr
    assert not project.volume_exists()
    assert not project.folder.exists()
