"""Runs of Airflow tasks around a fault, and checks that each of them succeeded once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from terraform_harness.tiers import RECOVERY

from local.containers import backing_services
from local.ecs.task import FargateTask
from tests.live.conftest import PARAMETERS, STEADY_SECONDS, Live

COUNT = 4
CALL = "import boto3, sys; getattr(boto3.client(sys.argv[1]), sys.argv[2])(**eval(sys.argv[3]))"
STOPPED_SECONDS = 60
DEAD_SCHEDULER = """
update job set latest_heartbeat = now() - interval '1 minute' where job_type = 'SchedulerJob' and state = 'running'
returning id
"""
_ECS = "arn:aws:ecs:eu-central-1:111111111111"
# What the DAG ``on_fargate`` tries without a permission.
DENIED_ON_FARGATE = {
    ("ecs:ListTasks", f"{_ECS}:container-instance/airflow-live/*"),
    ("ecs:DescribeTasks", f"{_ECS}:task/airflow-live/{'a' * 32}"),
    ("ssm:GetParameter", f"arn:aws:ssm:eu-central-1:111111111111:parameter{PARAMETERS}/fernet-key"),
}


@contextmanager
def timed(record_property: Callable[[str, object], None], description: str) -> Iterator[None]:
    """Print the duration of the block with the tier's results."""
    started = time.monotonic()
    yield
    record_property(RECOVERY, f"{time.monotonic() - started:4.0f} s  {description}")


def begin(live: Live, *, seconds: int, least: int = COUNT) -> str:
    """Start a run of COUNT Bash tasks of ``seconds`` each; wait until none is queued and at least ``least`` run.

    A message that is lost with Redis would be sent again only after ``task_queued_timeout_seconds``, half an hour.
    """
    run = live.airflow.trigger("slow", seconds=seconds)
    live.airflow.wait_until_none_is_queued("slow", run, count=COUNT, least=least)
    return run


def check_finished_once(live: Live, run: str, *, tries: int) -> None:
    """Check that every Airflow task succeeded exactly once, in at most ``tries`` tries."""
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
    """The only worker of the default queue."""
    (worker,) = live.ecs.runner.running("worker-default")
    return worker


def wait_until_replaced(live: Live, task: FargateTask) -> None:
    """Wait until ``task`` has stopped and all services are steady again."""
    deadline = time.monotonic() + STOPPED_SECONDS
    while task.phase == "running":
        assert time.monotonic() < deadline, f"{task.id} still runs"
        time.sleep(0.2)
    live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)


def count_as_dead(live: Live) -> None:
    """Let the killed scheduler count as dead, which is half a minute after its last heartbeat.

    The next one looks for Airflow tasks of dead schedulers at its start, and every five minutes.
    """
    backing_services.query(live.ecs.database, DEAD_SCHEDULER)


def trigger_on_fargate(live: Live, **params: object) -> str:
    """Start a run of ``on_fargate``, whose Airflow tasks also try what their role denies; return its id."""
    live.provoked.update(DENIED_ON_FARGATE)
    return live.airflow.trigger("on_fargate", **params)


def aws_error(task: FargateTask, service: str, operation: str, **parameters: object) -> str:
    """The last line of the error of an AWS call in a task's main container; empty where it succeeds."""
    done = task.main.exec("python", "-c", CALL, service, operation, repr(parameters), check=False)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""
