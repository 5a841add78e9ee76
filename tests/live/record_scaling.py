"""Records one run of the deployed scaling policy for bench/scaling/calibration.py: ``make calibrate``.

Not a part of ``make test``, because it takes a quarter of an hour. The emulator evaluates no alarm: a thread reads each
period's datapoint from its CloudWatch, which the sidecar ``metrics`` fills, decides as CloudWatch and Application Auto
Scaling do, and sets the desired count of the ECS service.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bench.scaling import calibration
from bench.scaling.calibration import Record, Task
from bench.scaling.deployed import Deployed, read
from bench.scaling.step_scaling import Alarms, alarm_delay
from environments.facts.metrics import ENVIRONMENT, MISSING_WORKERS, NAMESPACE, WORKER_GROUP
from local.containers import backing_services
from tests.live.conftest import STEADY_SECONDS, Live

GROUP, SERVICE, READY = "default", "worker-default", 1
RUNS, TASKS_EACH = 3, 4
SECONDS = 240
"""Run time of each Airflow task: longer than the start of a worker, so that no task gets the place of an ended one."""


def _point(live: Live, end: float, period: float) -> float | None:
    """The maximum of the period that ends at ``end``."""
    found = live.emulator.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=MISSING_WORKERS,
        Dimensions=[{"Name": ENVIRONMENT, "Value": "airflow-live"}, {"Name": WORKER_GROUP, "Value": GROUP}],
        StartTime=datetime.fromtimestamp(end, UTC) - timedelta(seconds=period),
        EndTime=datetime.fromtimestamp(end, UTC),
        Period=int(period),
        Statistics=["Maximum"],
    )
    return max((point["Maximum"] for point in found["Datapoints"]), default=None)


def _desired(live: Live) -> int:
    (found,) = live.emulator.client("ecs").describe_services(cluster="airflow-live", services=[SERVICE])["services"]
    return int(found["desiredCount"])


@contextmanager
def _scaling(live: Live, deployed: Deployed) -> Iterator[list[tuple[float, int]]]:
    """Scale the workers; yields the time and the new count of each action."""
    alarms, actions, stop = Alarms(deployed), list[tuple[float, int]](), threading.Event()
    period = deployed.out.period

    def work() -> None:
        end = (time.time() // period + 1) * period
        while not stop.wait(max(0.0, end + alarm_delay(period) - time.time())):
            before = _desired(live)
            point = _point(live, end, period)
            count = min(deployed.most, max(deployed.least, alarms.desired(point, desired=before, now=time.time())))
            print(
                f"{datetime.fromtimestamp(end, UTC):%H:%M:%S} datapoint {point}, workers {before} -> {count}",
                flush=True,
            )
            if count != before:
                live.scale(SERVICE, count)
                actions.append((time.time(), count))
            end += period

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield actions
    finally:
        stop.set()
        thread.join()


def _burst(live: Live) -> list[str]:
    return [live.airflow.trigger("slow", seconds=SECONDS) for _ in range(RUNS)]


def _tasks(live: Live, runs: list[str]) -> tuple[Task, ...]:
    """The times of the runs' tasks, from the database; the end is assumed where a task still runs."""
    listed = ", ".join(f"'{run}'" for run in runs)
    rows = backing_services.query(
        live.ecs.database,
        "select extract(epoch from queued_dttm), extract(epoch from start_date), extract(epoch from end_date) "  # noqa: S608
        f"from task_instance where dag_id = 'slow' and run_id in ({listed}) and queued_dttm is not null",
    )
    return tuple(
        Task(queued=float(queued), started=float(started or 0), ended=float(ended or float(started or 0) + SECONDS))
        for queued, started, ended in rows
    )


def _wait_for(live: Live, runs: list[str], *, started: int, queued: int = 0) -> tuple[Task, ...]:
    deadline = time.monotonic() + STEADY_SECONDS
    while True:
        tasks = _tasks(live, runs)
        if sum(task.started > 0 for task in tasks) >= started and len(tasks) >= queued:
            return tasks
        assert time.monotonic() < deadline, tasks
        time.sleep(1)


def _end(live: Live, runs: list[str]) -> None:
    """Wait for the runs' end and return to the workers of the beginning."""
    for run in runs:
        assert live.airflow.finish("slow", run, seconds=2 * SECONDS) == "success"
    live.scale(SERVICE, READY)
    live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)


def test_record_a_burst_scaled_by_hand_and_a_burst_scaled_by_the_policy(live: Live) -> None:
    deployed, count = read(live.applied.stacks / "live-airflow", GROUP), RUNS * TASKS_EACH
    at_first = READY * deployed.concurrency
    runs = _burst(live)
    _wait_for(live, runs, started=at_first, queued=count)
    changed = time.time()
    live.scale(SERVICE, count // deployed.concurrency)
    tasks = _wait_for(live, runs, started=count)
    start_seconds = tuple(sorted(task.started - changed for task in tasks)[at_first:])
    print(f"start of workers: {start_seconds}", flush=True)
    _end(live, runs)

    with _scaling(live, deployed) as decisions:
        runs = _burst(live)
        tasks = _wait_for(live, runs, started=count)
    record = Record(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=f"{os.cpu_count()} processors, load {os.getloadavg()[1]:.1f}",
        deployed=deployed,
        ready=READY,
        start_seconds=tuple(round(seconds, 1) for seconds in start_seconds),
        tasks=tuple(
            Task(queued=round(t.queued, 1), started=round(t.started, 1), ended=round(t.ended, 1)) for t in tasks
        ),
        decisions=tuple((round(at, 1), number) for at, number in decisions),
    )
    calibration.FILE.write_text(calibration.text(record), encoding="utf-8")
    print(calibration.compare(record), flush=True)
