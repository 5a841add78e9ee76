"""Airflow tasks that are counted before and after something breaks."""

from __future__ import annotations

import time

from local.containers import backing_services
from local.ecs.task import FargateTask
from tests.live.conftest import STEADY_WITHIN, Live

COUNT = 4
NOTICED_WITHIN = 60


def begin(live: Live, *, seconds: int, least: int = COUNT) -> str:
    """A run of ``COUNT`` Bash tasks of so many seconds; when this returns, none waits and ``least`` run.

    A message that waits in an emptied Redis is sent again after ``task_queued_timeout_seconds``: half an hour.
    """
    run = live.airflow.trigger("slow", seconds=seconds)
    live.airflow.wait_until_none_waits("slow", run, count=COUNT, least=least)
    return run


def finished_once(live: Live, run: str, *, tries: int) -> None:
    """All succeeded, in at most ``tries`` tries, and none of the earlier tries had succeeded already."""
    assert live.airflow.finish("slow", run, seconds=300) == "success"
    tasks = live.airflow.tasks("slow", run)
    assert [task["state"] for task in tasks] == ["success"] * COUNT
    assert max(task["try_number"] for task in tasks) <= tries
    earlier = backing_services.query(
        live.ecs.database,
        f"select count(*) from task_instance_history where run_id = '{run}' and state = 'success'",  # noqa: S608
    )
    assert earlier == [["0"]]


def only_worker(live: Live) -> FargateTask:
    """The one worker of the default queue."""
    (worker,) = live.ecs.runner.running("worker-default")
    return worker


def replaced(live: Live, gone: FargateTask) -> None:
    """Wait until the stand-in has seen that ``gone`` is gone, and all is well again."""
    deadline = time.monotonic() + NOTICED_WITHIN
    while gone.phase == "running":
        assert time.monotonic() < deadline, f"{gone.id} still runs"
        time.sleep(0.2)
    live.ecs.runner.wait_steady(seconds=STEADY_WITHIN)
