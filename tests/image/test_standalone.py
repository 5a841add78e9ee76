"""All of Airflow in one container (topologies ``sequential`` and ``single``)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.containers import backing_services, engine
from local.containers.engine import Container
from local.repository import ROOT
from tests.image.services import PRISTINE, Services

DAGS = ROOT / "tests" / "live" / "dags"
DATABASE = "standalone"
SINGLE = {
    "AIRFLOW_DB_NAME": DATABASE,
    "AIRFLOW_BROKER_HOST": None,
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://localhost:8080/execution/",
    "AIRFLOW__CORE__PARALLELISM": "1",
    "AIRFLOW__CORE__DAGS_FOLDER": "/dags",
    "AIRFLOW_STOP_TIMEOUT": "60",
}


@pytest.fixture(scope="module")
def standalone(migrated: Services) -> Iterator[Container]:
    services = migrated
    backing_services.query(services.database, f"create database {DATABASE} template {PRISTINE}")
    # The container's user cannot enter the checkout, so the DAG files are copied.
    container = services.start(
        "standalone", environ=SINGLE, options=("--volume", f"{_readable(DAGS, services)}:/dags:ro")
    )
    container.wait_healthy(seconds=300)
    yield container
    container.remove()


def _readable(folder: Path, services: Services) -> Path:
    target = services.certificate.parent / "dags"
    target.mkdir(exist_ok=True)
    for file in folder.glob("slow.py"):
        (target / file.name).write_text(file.read_text())
    return target


@pytest.mark.feature("T1")
def test_standalone_runs_one_airflow_task_at_a_time(services: Services, standalone: Container) -> None:
    words = ("python", "-m", "airflow_fargate", "airflow", "dags")
    deadline = time.monotonic() + 600
    conf = ("--conf", json.dumps({"seconds": 2}))
    while standalone.exec(*words, "trigger", "slow", *conf, check=False).returncode:
        assert time.monotonic() < deadline, standalone.logs()[-2000:]
        time.sleep(2)
    while backing_services.query(services.database, "select state from dag_run", name=DATABASE) != [["success"]]:
        assert time.monotonic() < deadline, standalone.logs()[-3000:]
        time.sleep(1)
    overlap = backing_services.query(
        services.database,
        "select count(*) from task_instance a join task_instance b"
        " on a.map_index < b.map_index and a.start_date < b.end_date and b.start_date < a.end_date",
        name=DATABASE,
    )
    assert overlap == [["0"]]


@pytest.mark.feature("T1", "C3")
def test_sigterm_ends_all_processes_and_a_dead_process_ends_the_container(standalone: Container) -> None:
    standalone.stop(seconds=60)
    assert standalone.state["ExitCode"] == 0
    engine.docker("start", standalone.id)
    standalone.wait_healthy(seconds=300)
    # The supervisor's last child is one of Airflow's four processes.
    supervisor = "$(cat /proc/1/task/1/children)"
    script = f'set -- {supervisor}; set -- $(cat "/proc/$1/task/$1/children"); kill -KILL "$1"'
    standalone.exec("sh", "-c", script)
    deadline = time.monotonic() + 120
    while standalone.state["Running"]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert standalone.state["ExitCode"] == 1
    assert "stopping the other processes" in standalone.logs()
