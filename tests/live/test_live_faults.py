"""R4: what breaks heals, and no Airflow task is lost or done twice. Each test prints how long recovery took."""

from __future__ import annotations

import base64
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.containers import backing, engine
from harness.ecs.task import FargateTask
from tests.live.conftest import PARAMETERS, STEADY_WITHIN, Live

COUNT = 4


@pytest.fixture(autouse=True)
def steady(live: Live) -> Iterator[None]:
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
    yield
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"recovery: {what}: {time.monotonic() - started:.0f} s")


def _start(live: Live, *, seconds: int, running: int = COUNT) -> str:
    run = live.airflow.trigger("slow", seconds=seconds)
    live.airflow.wait_for_state("slow", run, "running", count=running, seconds=180)
    return run


def _finished_once(live: Live, run: str, *, tries: int) -> None:
    """All succeeded, in at most ``tries`` tries, and none of the earlier tries had succeeded already."""
    assert live.airflow.finish("slow", run, seconds=300) == "success"
    tasks = live.airflow.tasks("slow", run)
    assert [task["state"] for task in tasks] == ["success"] * COUNT
    assert max(task["try_number"] for task in tasks) <= tries
    earlier = backing.query(
        live.ecs.database,
        f"select count(*) from task_instance_history where run_id = '{run}' and state = 'success'",  # noqa: S608
    )
    assert earlier == [["0"]]


def _worker(live: Live) -> FargateTask:
    (worker,) = live.ecs.runner.running("worker-default")
    return worker


def _replaced(live: Live, gone: FargateTask) -> None:
    """Wait until the stand-in has seen that ``gone`` is gone, and all is well again."""
    deadline = time.monotonic() + 60
    while gone.phase == "running":
        assert time.monotonic() < deadline, f"{gone.id} still runs"
        time.sleep(0.2)
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)


def test_R4_C3_a_stopped_worker_finishes_its_tasks(live: Live) -> None:
    run = _start(live, seconds=25)
    worker = _worker(live)
    worker.stop(reason="test: SIGTERM")
    assert worker.main.state["ExitCode"] == 0
    _finished_once(live, run, tries=1)


def test_R4_a_killed_workers_tasks_are_back_within_a_minute(live: Live) -> None:
    run = _start(live, seconds=15)
    worker = _worker(live)
    with _timed("worker killed, its tasks run again"):
        killed = time.monotonic()
        worker.main.kill()
        while min(task["try_number"] for task in live.airflow.tasks("slow", run)) < 2:
            assert time.monotonic() - killed < 60
            time.sleep(1)
    _finished_once(live, run, tries=2)


def test_R4_C4_scale_in_spares_the_busy_worker(live: Live) -> None:
    live.scale("worker-default", 2)
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
    run = _start(live, seconds=20)
    deadline = time.monotonic() + 30
    while not (busy := [w for w in live.ecs.runner.running("worker-default") if live.ecs.agent.protected(w.id)]):
        assert time.monotonic() < deadline, "no worker asked for protection"
        time.sleep(0.5)
    live.scale("worker-default", 1)
    _finished_once(live, run, tries=1)
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
    assert _worker(live).id in {worker.id for worker in busy}
    deadline = time.monotonic() + 60
    while live.ecs.agent.protected(_worker(live).id):
        assert time.monotonic() < deadline, "an idle worker keeps its protection"
        time.sleep(1)


def test_R4_T4_a_killed_scheduler_loses_nothing(live: Live) -> None:
    run = _start(live, seconds=10)
    (scheduler,) = live.ecs.runner.running("scheduler")
    with _timed("scheduler killed"):
        scheduler.main.kill()
        _replaced(live, scheduler)
    _finished_once(live, run, tries=1)


def test_R4_redis_restarted_without_its_data(live: Live) -> None:
    run = _start(live, seconds=10)
    with _timed("Redis restarted"):
        engine.docker("restart", live.ecs.broker.id)
        live.ecs.broker.wait_healthy()
        _finished_once(live, run, tries=2)
    with _timed("work after Redis came back"):
        _finished_once(live, live.airflow.trigger("slow", seconds=1), tries=2)


def test_R4_postgresql_restarted(live: Live) -> None:
    run = _start(live, seconds=15)
    with _timed("PostgreSQL restarted"):
        engine.docker("restart", live.ecs.database.id)
        live.ecs.database.wait_healthy()
        time.sleep(3)
        live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
    _finished_once(live, run, tries=2)


def test_R4_one_of_two_api_servers_is_killed_under_requests(live: Live) -> None:
    failures: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                live.airflow.call("GET", "dags", within=20)
            except AssertionError as error:
                failures.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        run = _start(live, seconds=5)
        live.ecs.runner.running("api-server")[0].main.kill()
        _finished_once(live, run, tries=2)
    finally:
        done.set()
        thread.join()
    assert failures == []


def test_R4_G1_a_git_host_that_is_away_stops_nothing(live: Live) -> None:
    engine.docker("pause", live.git.id)
    try:
        _finished_once(live, live.airflow.trigger("slow", seconds=1), tries=1)
    finally:
        engine.docker("unpause", live.git.id)


def test_S6_fernet_keys_rotate_without_losing_a_connection(live: Live) -> None:
    ssm, name = live.emulator.client("ssm"), f"{PARAMETERS}/fernet-key"
    old = live.ecs.runner.catalogue.secret(name)
    new = base64.urlsafe_b64encode(os.urandom(32)).decode()
    body = {"connection_id": "kept", "conn_type": "http", "password": "before rotation"}
    live.airflow.call("POST", "connections", body)

    ssm.put_parameter(Name=name, Value=f"{new},{old}", Type="SecureString", Overwrite=True)
    (before,) = live.ecs.runner.running("scheduler")
    before.stop(reason="test: a new task definition would do the same")
    _replaced(live, before)
    (scheduler,) = live.ecs.runner.running("scheduler")
    airflow = ("python", "-m", "airflow_fargate", "airflow")

    def readable(*keys: str) -> bool:
        as_if = ("env", f"AIRFLOW__CORE__FERNET_KEY={','.join(keys)}") if keys else ()
        words = (*as_if, *airflow, "connections", "get", "kept", "--output", "json")
        return "before rotation" in scheduler.main.exec(*words, check=False).stdout

    assert readable()
    assert readable(old)
    scheduler.main.exec(*airflow, "rotate-fernet-key")
    assert readable()
    assert readable(new)
    assert not readable(old)
    ssm.put_parameter(Name=name, Value=new, Type="SecureString", Overwrite=True)
