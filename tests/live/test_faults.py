"""The environment recovers from faults, and every Airflow task succeeds once. Recovery times are printed at the end."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

import pytest

from local.airflow_client import AirflowError
from local.containers import engine
from local.ecs.task import FargateTask
from tests.live import workload
from tests.live.conftest import STEADY_SECONDS, Live
from tests.live.workload import (
    begin,
    check_finished_once,
    count_as_dead,
    only_worker,
    trigger_on_fargate,
    wait_until_replaced,
)

Timed = Callable[[str], AbstractContextManager[None]]
# Enough running Airflow tasks for a fault: a worker that recovers from the last fault may start them one by one.
AT_LEAST_ONE = 1
# Where a fault needs all Airflow tasks of a run at once: a worker on a busy machine starts one every few seconds.
ALL_RUN_SECONDS = 30
# The next scheduler starts within this time.
FARGATE_SECONDS = 45


@pytest.fixture(autouse=True)
def steady(live: Live) -> Iterator[None]:
    live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)
    yield
    live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)


@pytest.fixture
def timed(record_property: Callable[[str, object], None]) -> Timed:
    """``with timed("description"):`` prints its duration with the tier's results."""
    return partial(workload.timed, record_property)


@pytest.mark.feature("R4", "C3", "L1")
def test_worker_that_spot_interrupts_finishes_its_running_tasks(live: Live, timed: Timed) -> None:
    """Fargate Spot sends SIGTERM two minutes before it takes a task's capacity; scale-in protection does not help.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
    """
    run = begin(live, seconds=60)
    # The log of a running task comes from its worker by IP address, because tasks have no DNS names.
    tasks = live.airflow.tasks("slow", run)
    assert all(re.fullmatch(r"\d+(\.\d+){3}", task["hostname"]) for task in tasks)
    assert "sleep 60" in live.airflow.log("slow", run, "sleep", index=0)
    worker = only_worker(live)
    assert live.ecs.agent.protected(worker.id)
    main = next(container for container in worker.definition.containers if container.essential)
    assert main.stop_timeout == 120
    with timed("worker interrupted by Spot (SIGTERM): its tasks finished, another worker is healthy"):
        worker.stop(reason="Your Spot Task was interrupted.")
        assert worker.main.state["ExitCode"] == 0
        wait_until_replaced(live, worker)
    check_finished_once(live, run, tries=1)


@pytest.mark.feature("R4")
def test_tasks_of_a_killed_worker_run_again_within_a_minute(live: Live, timed: Timed) -> None:
    run = begin(live, seconds=ALL_RUN_SECONDS)
    worker = only_worker(live)
    with timed("worker killed: its tasks run again"):
        killed = time.monotonic()
        worker.main.kill()
        while min(task["try_number"] for task in live.airflow.tasks("slow", run)) < 2:
            assert time.monotonic() - killed < 60
            time.sleep(1)
    check_finished_once(live, run, tries=2)


def _protected_workers(live: Live, run: str) -> list[FargateTask]:
    """The workers that run the Airflow tasks, once all of them are protected."""
    addresses = {task["hostname"] for task in live.airflow.tasks("slow", run)}
    busy = [worker for worker in live.ecs.runner.running("worker-default") if worker.interface.address in addresses]
    deadline = time.monotonic() + 30
    while not (busy and all(live.ecs.agent.protected(worker.id) for worker in busy)):
        assert time.monotonic() < deadline, "a worker that runs Airflow tasks is not protected"
        time.sleep(0.5)
    return busy


@pytest.mark.feature("R4", "C4")
def test_scale_in_does_not_stop_the_busy_worker(live: Live, timed: Timed) -> None:
    live.scale("worker-default", 2)
    live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)
    run = begin(live, seconds=ALL_RUN_SECONDS)
    try:
        busy = _protected_workers(live, run)
    finally:  # the other tests expect one worker
        live.scale("worker-default", 1)
    check_finished_once(live, run, tries=1)
    with timed("scale-in while busy: one worker is left, and its protection is released"):
        live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)
        assert only_worker(live).id in {worker.id for worker in busy}
        deadline = time.monotonic() + 60
        while live.ecs.agent.protected(only_worker(live).id):
            assert time.monotonic() < deadline, "the idle worker is still protected"
            time.sleep(1)


@pytest.mark.feature("R4", "C4")
def test_error_of_the_ecs_agent_fails_no_task(live: Live) -> None:
    live.ecs.agent.broken = True
    try:
        check_finished_once(live, live.airflow.trigger("slow", seconds=1), tries=1)
    finally:
        live.ecs.agent.broken = False


def _begin_on_fargate(live: Live, *, seconds: int) -> str:
    """Start a run of Airflow tasks in separate Fargate tasks; wait until the longest one runs."""
    run = trigger_on_fargate(live, seconds=seconds)
    states = {"alone": ""}
    deadline = time.monotonic() + 120
    while states["alone"] != "running":
        assert time.monotonic() < deadline, states
        time.sleep(0.5)
        states = {task["task_id"]: task["state"] for task in live.airflow.tasks("on_fargate", run)}
    return run


@pytest.mark.feature("R4", "T4", "T8")
def test_killed_scheduler_loses_no_task(live: Live, timed: Timed) -> None:
    """Airflow tasks on workers go on, and the next scheduler adopts those that run in separate Fargate tasks."""
    before = set(live.ecs.runner.one_off.ended)
    alone = _begin_on_fargate(live, seconds=FARGATE_SECONDS)
    run = begin(live, seconds=10, least=AT_LEAST_ONE)
    (scheduler,) = live.ecs.runner.running("scheduler")
    with timed("scheduler killed: another is healthy"):
        scheduler.main.kill()
        count_as_dead(live)
        wait_until_replaced(live, scheduler)
    check_finished_once(live, run, tries=1)
    assert "Adopted the following 1 tasks from a dead executor" in live.ecs.runner.running("scheduler")[0].main.logs()
    assert live.airflow.finish("on_fargate", alone) == "success"
    assert {task["try_number"] for task in live.airflow.tasks("on_fargate", alone)} == {1}
    one_off = live.ecs.runner.one_off
    assert len({*one_off.ended, *one_off.tasks} - before) == 2, "an Airflow task was started twice"


@pytest.mark.feature("R4")
def test_redis_restart_without_data_loses_no_task(live: Live, timed: Timed) -> None:
    run = begin(live, seconds=10, least=AT_LEAST_ONE)
    with timed("Redis restarted, empty: the run finished"):
        engine.docker("restart", live.ecs.broker.id)
        live.ecs.broker.wait_healthy()
        check_finished_once(live, run, tries=2)
    with timed("Redis restarted: a new run from start to end"):
        check_finished_once(live, live.airflow.trigger("slow", seconds=1), tries=2)


@pytest.mark.feature("R4")
def test_database_that_fails_over_to_another_address_loses_no_task(live: Live, timed: Timed) -> None:
    """The standby of RDS has another address behind the same name, in another subnet."""
    run = begin(live, seconds=30, least=AT_LEAST_ONE)
    before = live.ecs.database_address
    with timed("PostgreSQL failed over to another address: the run finished in its first try"):
        live.ecs.fail_over_database()
        assert live.ecs.database_address != before
        check_finished_once(live, run, tries=1)


@pytest.mark.feature("R4")
def test_requests_succeed_while_one_of_two_api_servers_is_killed(live: Live, timed: Timed) -> None:
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
        run = begin(live, seconds=5, least=AT_LEAST_ONE)
        killed = live.ecs.runner.running("api-server")[0]
        with timed("api-server killed: another is healthy"):
            killed.main.kill()
            wait_until_replaced(live, killed)
        check_finished_once(live, run, tries=2)
    finally:
        done.set()
        thread.join()
    assert failures == []


@pytest.mark.feature("R4", "G1")
def test_unreachable_git_host_stops_no_run_and_is_followed_again(live: Live, timed: Timed) -> None:
    engine.docker("pause", live.git.id)
    try:
        check_finished_once(live, live.airflow.trigger("slow", seconds=1), tries=1)
    finally:
        engine.docker("unpause", live.git.id)
    with timed("Git host back: every component has its next commit"):
        live.follow(live.push(message="after the pause", script="date +%s%N >dags/README"))
