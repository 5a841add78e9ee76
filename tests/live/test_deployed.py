"""The applied environment runs: DAGs succeed, logs come from S3, secrets stay secret."""

from __future__ import annotations

import json
import time

import pytest

from local.containers import backing_services
from local.containers.engine import docker
from tests.live.conftest import PARAMETERS, Live

SERVICES = {"api-server": 2, "scheduler": 1, "dag-processor": 1, "triggerer": 1, "worker-default": 1, "worker-heavy": 1}


@pytest.mark.feature("R3", "T2")
def test_every_service_runs_from_its_task_definition(live: Live) -> None:
    runner = live.ecs.runner
    assert {name: len(runner.running(name)) for name in runner.tasks} == SERVICES
    # The name of the execution API answers with healthy tasks only.
    assert {service.name for service in runner.catalog.services() if service.checks_health} == {"api-server"}
    for task in (task for tasks in runner.tasks.values() for task in tasks):
        for definition in task.definition.containers:
            host = task.containers[definition.name].inspect()["HostConfig"]
            assert host["ReadonlyRootfs"], task.id
            assert host["CapDrop"] == ["ALL"], task.id
            assert not host["Privileged"], task.id


@pytest.mark.feature("G3")
def test_every_mount_is_a_declared_volume_of_the_image(live: Live) -> None:
    """On Fargate any other mount belongs to root, and the image's user cannot write to it."""
    image = live.ecs.runner.platform.image
    declared = set(json.loads(docker("image", "inspect", image).stdout)[0]["Config"]["Volumes"])
    for tasks in live.ecs.runner.tasks.values():
        for definition in tasks[0].definition.containers:
            assert {mount.path for mount in definition.mounts} <= declared


@pytest.mark.feature("R3", "L1", "S5", "G2")
def test_fifty_tasks_on_two_queues_succeed_and_their_logs_are_in_s3(live: Live) -> None:
    airflow = live.airflow
    run = airflow.trigger("many")
    assert airflow.finish("many", run, seconds=400) == "success"
    tasks = airflow.tasks("many", run)
    assert len(tasks) == 50
    assert {task["state"] for task in tasks} == {"success"}
    assert {task["queue"] for task in tasks if task["task_id"].startswith("on_")} == {"default", "heavy"}

    value = airflow.call("GET", f"dags/many/dagRuns/{run}/taskInstances/read/xcomEntries/return_value")["value"]
    assert json.loads(value) if value.startswith('"') else value == "from the store hello"

    heavy = next(task for task in tasks if task["task_id"] == "on_heavy")
    for task in live.ecs.runner.running("worker-heavy"):
        task.stop(reason="test: logs must be readable without the worker")
    bucket = next(
        bucket["Name"]
        for bucket in live.emulator.client("s3").list_buckets()["Buckets"]
        if bucket["Name"].endswith("logs") or "task-logs" in bucket["Name"]
    )
    stored = live.emulator.client("s3").list_objects_v2(Bucket=bucket, Prefix="task-logs/")
    assert stored["KeyCount"] >= 50
    log = airflow.log("many", run, "on_heavy", index=heavy["map_index"])
    assert f"s3://{bucket}/task-logs" in log


@pytest.mark.feature("G4")
def test_every_component_follows_a_new_commit(live: Live) -> None:
    live.follow(live.push(message="a change", script="echo '# changed' >>dags/slow.py"))


@pytest.mark.feature("T8")
def test_broken_dag_file_is_reported_and_stops_no_component(live: Live) -> None:
    """The broken files are in the repository from the start, with the DAGs of the other tests."""
    errors = live.airflow.wait_for_import_errors(2)
    broken, unknown = sorted(errors, key=lambda error: str(error["filename"]))
    assert broken["filename"].endswith("broken.py")
    assert "ValueError: this DAG file is broken" in broken["stack_trace"]
    assert unknown["filename"].endswith("unknown_executor.py")
    assert "Task 'elsewhere' specifies executor 'KubernetesExecutor'" in unknown["stack_trace"]
    (processor,) = live.ecs.runner.running("dag-processor")
    assert processor.healthy
    assert not [task.id for task in live.ecs.runner.ended if "dag-processor" in task.id]


@pytest.mark.feature("S2")
def test_no_secret_value_in_logs_process_lists_or_the_image(live: Live) -> None:
    names = ("database-password", "broker-auth-token", "fernet-key", "jwt-secret", "api-secret-key", "admin-password")
    values = {name: live.ecs.runner.catalog.secret(f"{PARAMETERS}/{name}") for name in names}
    assert all(len(value) >= 16 for value in values.values())
    texts = {"image": docker("image", "inspect", live.ecs.runner.platform.image).stdout}
    for task in (task for name in SERVICES for task in live.ecs.runner.running(name)):
        texts[f"log of {task.id}"] = task.logs()
        texts[f"processes of {task.id}"] = docker("top", task.main.id, "-eo", "pid,args").stdout
    assert [(source, name) for source, text in texts.items() for name, value in values.items() if value in text] == []


@pytest.mark.feature("D2")
def test_database_connections_stay_within_the_pools(live: Live) -> None:
    (row,) = backing_services.query(
        live.ecs.database, "select count(*) from pg_stat_activity where datname = 'airflow'"
    )
    # 7 components, each with a pool of 5 and an overflow of 5
    assert int(row[0]) <= 70


@pytest.mark.feature("L3")
def test_statsd_sidecar_prints_embedded_metrics(live: Live) -> None:
    (scheduler,) = live.ecs.runner.running("scheduler")
    deadline = time.monotonic() + 120
    while not (lines := [line for line in scheduler.containers["statsd"].logs().splitlines() if '"_aws"' in line]):
        assert time.monotonic() < deadline, scheduler.containers["statsd"].logs()
        time.sleep(2)
    metrics = json.loads(lines[-1])
    assert (metrics["Environment"], metrics["Component"]) == ("airflow-live", "scheduler")
    assert metrics["scheduler_heartbeat"] > 0
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Airflow"
