"""R4: what breaks heals, and no Airflow task is lost or done twice. How long it took is printed at the end."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from terraform_harness.tiers import RECOVERY

from local.airflow_client import AirflowError
from local.containers import engine
from tests.live.conftest import STEADY_WITHIN, Live
from tests.live.workload import begin, finished_once, only_worker, replaced

Timed = Callable[[str], AbstractContextManager[None]]
# A worker that still clears up after the last fault may start the last Airflow task when the first have ended.
ONE = 1


@pytest.fixture(autouse=True)
def steady(live: Live) -> Iterator[None]:
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
    yield
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)


@pytest.fixture
def timed(record_property: Callable[[str, object], None]) -> Timed:
    """``with timed("what recovers"):`` has its duration printed with the tier's results."""

    @contextmanager
    def timer(what: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        record_property(RECOVERY, f"{time.monotonic() - started:4.0f} s  {what}")

    return timer


@pytest.mark.feature("R4", "C3", "L1")
def test_a_stopped_worker_finishes_its_minute_long_tasks(live: Live, timed: Timed) -> None:
    run = begin(live, seconds=60)
    # A running task's log comes from its worker, by address: containers have no names that others know.
    tasks = live.airflow.tasks("slow", run)
    assert all(re.fullmatch(r"\d+(\.\d+){3}", task["hostname"]) for task in tasks)
    assert "sleep 60" in live.airflow.log("slow", run, "sleep", index=0)
    worker = only_worker(live)
    with timed("worker stopped (SIGTERM): its tasks finished, another in its place"):
        worker.stop(reason="test: SIGTERM")
        assert worker.main.state["ExitCode"] == 0
        replaced(live, worker)
    finished_once(live, run, tries=1)


@pytest.mark.feature("R4")
def test_a_killed_workers_tasks_are_back_within_a_minute(live: Live, timed: Timed) -> None:
    run = begin(live, seconds=15)
    worker = only_worker(live)
    with timed("worker killed: its tasks run again"):
        killed = time.monotonic()
        worker.main.kill()
        while min(task["try_number"] for task in live.airflow.tasks("slow", run)) < 2:
            assert time.monotonic() - killed < 60
            time.sleep(1)
    finished_once(live, run, tries=2)


@pytest.mark.feature("R4", "C4")
def test_scale_in_spares_the_busy_worker(live: Live, timed: Timed) -> None:
    live.scale("worker-default", 2)
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
    run = begin(live, seconds=20)
    deadline = time.monotonic() + 30
    while not (busy := [w for w in live.ecs.runner.running("worker-default") if live.ecs.agent.protected(w.id)]):
        assert time.monotonic() < deadline, "no worker asked for protection"
        time.sleep(0.5)
    live.scale("worker-default", 1)
    finished_once(live, run, tries=1)
    with timed("scale-in while busy: one worker is left, and it has given its protection back"):
        live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
        assert only_worker(live).id in {worker.id for worker in busy}
        deadline = time.monotonic() + 60
        while live.ecs.agent.protected(only_worker(live).id):
            assert time.monotonic() < deadline, "an idle worker keeps its protection"
            time.sleep(1)


@pytest.mark.feature("R4", "C4")
def test_an_agent_that_answers_500_fails_no_task(live: Live) -> None:
    live.ecs.agent.broken = True
    try:
        finished_once(live, live.airflow.trigger("slow", seconds=1), tries=1)
    finally:
        live.ecs.agent.broken = False


@pytest.mark.feature("R4", "T4")
def test_a_killed_scheduler_loses_nothing(live: Live, timed: Timed) -> None:
    run = begin(live, seconds=10, least=ONE)
    (scheduler,) = live.ecs.runner.running("scheduler")
    with timed("scheduler killed: another is healthy"):
        scheduler.main.kill()
        replaced(live, scheduler)
    finished_once(live, run, tries=1)


@pytest.mark.feature("R4")
def test_redis_restarted_without_its_data(live: Live, timed: Timed) -> None:
    run = begin(live, seconds=10, least=ONE)
    with timed("Redis restarted, empty: the run finished"):
        engine.docker("restart", live.ecs.broker.id)
        live.ecs.broker.wait_healthy()
        finished_once(live, run, tries=2)
    with timed("Redis restarted: a new run from begin to end"):
        finished_once(live, live.airflow.trigger("slow", seconds=1), tries=2)


@pytest.mark.feature("R4")
def test_postgresql_restarted(live: Live, timed: Timed) -> None:
    run = begin(live, seconds=15, least=ONE)
    with timed("PostgreSQL restarted: the run finished"):
        engine.docker("restart", live.ecs.database.id)
        live.ecs.database.wait_healthy()
        finished_once(live, run, tries=2)


@pytest.mark.feature("R4")
def test_one_of_two_api_servers_is_killed_under_requests(live: Live, timed: Timed) -> None:
    failures: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                live.airflow.call("GET", "dags", within=20)
            except AirflowError as error:
                failures.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        run = begin(live, seconds=5, least=ONE)
        killed = live.ecs.runner.running("api-server")[0]
        with timed("api-server killed: another is healthy"):
            killed.main.kill()
            replaced(live, killed)
        finished_once(live, run, tries=2)
    finally:
        done.set()
        thread.join()
    assert failures == []


@pytest.mark.feature("R4", "G1")
def test_a_git_host_that_is_away_stops_nothing_and_is_followed_again(live: Live, timed: Timed) -> None:
    engine.docker("pause", live.git.id)
    try:
        finished_once(live, live.airflow.trigger("slow", seconds=1), tries=1)
    finally:
        engine.docker("unpause", live.git.id)
    with timed("Git host back: every component has its next commit"):
        live.follow(live.push(message="after the pause", script="date +%s%N >dags/README"))
