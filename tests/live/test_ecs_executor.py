"""Airflow tasks in separate Fargate tasks, in addition to Celery workers: what one can reach, and what cannot start."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from local.ecs.one_off_tasks import EndedTask
from tests.live.conftest import PARAMETERS, Live
from tests.live.workload import aws_error, trigger_on_fargate

ACCOUNT = "111111111111"
CLUSTER, GROUP = "airflow-live", f"{PARAMETERS}/airflow-task"
RUNNING_SECONDS = 12
# The DAG in tests/live/dags/on_fargate.py whose Airflow tasks cannot start, and the one with a long override.
LONG_DAG, LONG_TASK = "d" * 200, "𝒳" * 250
THROTTLED = {"code": "ThrottlingException", "message": "Rate exceeded"}
NO_CAPACITY = {"result": {"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]}}


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A finished run of the DAG ``on_fargate``.

    Args:
        state: the state of the run.
        tasks: task instances by name.
        live_log: the log of the Airflow task ``alone`` in CloudWatch while it ran.
        found: what the Airflow task ``looks_around`` has found.
        fargate_tasks: the Fargate tasks of the run by id.
    """

    id: str
    state: str
    tasks: dict[str, dict[str, Any]]
    live_log: str
    found: dict[str, Any]
    fargate_tasks: dict[str, EndedTask]


@pytest.fixture(scope="module")
def ran(live: Live) -> Ran:
    """A run whose first RunTask is throttled, and whose second one finds no capacity."""
    airflow, ended = live.airflow, live.ecs.runner.one_off.ended
    airflow.wait_for_dag("on_fargate")
    live.emulator.answer("ecs:RunTask", THROTTLED, NO_CAPACITY)
    before, broker = set(ended), live.ecs.runner.catalog.broker()
    hosts = {"database": [live.ecs.runner.catalog.database().host, 5432], "broker": [broker.host, 6379]}
    run = trigger_on_fargate(live, seconds=RUNNING_SECONDS, hosts=hosts)
    airflow.wait_for_state("on_fargate", run, "success", count=1)
    live_log = _wait_for_live_log(live)
    state = airflow.finish("on_fargate", run)
    path = f"dags/on_fargate/dagRuns/{run}/taskInstances/looks_around/xcomEntries/return_value"
    found = airflow.call("GET", path)["value"]
    return Ran(
        id=run,
        state=state,
        tasks={task["task_id"]: task for task in airflow.tasks("on_fargate", run)},
        live_log=live_log,
        found=json.loads(found) if isinstance(found, str) else found,
        fargate_tasks=_wait_for_ended(ended, before, 2),
    )


def _wait_for_live_log(live: Live) -> str:
    """The log of the Fargate tasks that run, once Bash has begun."""
    deadline = time.monotonic() + 60
    while True:
        streams = [f"airflow-task/airflow-task/{arn.rsplit('/', 1)[1]}" for arn in list(live.ecs.runner.one_off.tasks)]
        text = "\n".join(line for name in streams for line in _lines(live, name))
        if "begun 21" in text:
            return text
        assert time.monotonic() < deadline, f"{streams}: {text[-2000:]}"
        time.sleep(0.5)


def _lines(live: Live, stream: str) -> list[str]:
    """The lines of a log stream; none before ECS has created it."""
    try:
        found = live.logs.get_log_events(logGroupName=GROUP, logStreamName=stream)
    except live.logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in found["events"]]


def _wait_for_ended(ended: dict[str, EndedTask], before: set[str], count: int) -> dict[str, EndedTask]:
    """The Fargate tasks by id that ended since ``before``: containers end a moment after the Airflow task."""
    deadline = time.monotonic() + 30
    while len(new := ended.keys() - before) < count:
        assert time.monotonic() < deadline, f"{len(new)} of {count} Fargate tasks ended"
        time.sleep(0.5)
    return {arn.rsplit("/", 1)[1]: ended[arn] for arn in sorted(new)}


@pytest.mark.feature("T8")
def test_throttling_and_missing_capacity_delay_an_airflow_task_without_a_second_try(ran: Ran) -> None:
    assert ran.state == "success"
    assert {task["try_number"] for task in ran.tasks.values()} == {1}
    assert len(ran.fargate_tasks) == 2
    assert all(task.exit_codes == {"airflow-task": 0, "git-clone": 0} for task in ran.fargate_tasks.values())


@pytest.mark.feature("T8")
def test_airflow_task_with_an_executor_has_its_own_fargate_task_and_the_rest_is_on_the_worker(
    live: Live, ran: Ran
) -> None:
    workers = {task.interface.address for task in live.ecs.runner.running("worker-default")}
    hosts = {name: task["hostname"] for name, task in ran.tasks.items()}
    assert hosts["on_worker"] in workers
    assert len({*hosts.values(), *workers}) == len(workers) + 2


@pytest.mark.feature("T8", "L1")
def test_host_name_of_an_airflow_task_is_its_fargate_task_and_no_log_server(live: Live, ran: Ran) -> None:
    """api-servers ask the host for the log of an Airflow task that ended without one: nothing there would answer."""
    names = {ran.tasks[name]["hostname"] for name in ("alone", "looks_around")}
    assert names == ran.fargate_tasks.keys()
    words = ("python", "-c", "import socket, sys; socket.gethostbyname(sys.argv[1])", min(names))
    done = live.ecs.runner.running("api-server")[0].main.exec(*words, check=False)
    assert "socket.gaierror" in done.stderr


@pytest.mark.feature("T8")
def test_size_by_name_becomes_the_size_of_the_container(ran: Ran) -> None:
    sizes = {(task.definition.cpu, task.definition.memory_mib) for task in ran.fargate_tasks.values()}
    assert sizes == {(512, 1024), (1024, 2048)}
    assert ran.found["memory"] == str(2048 * 2**20)


@pytest.mark.feature("T8", "S3", "H10")
def test_airflow_task_reaches_the_execution_api_and_neither_database_nor_broker(live: Live, ran: Ran) -> None:
    assert ran.found["reached"] == []
    assert ran.found["execution API"] is True
    assert ran.found["secrets"] == []
    dropped = {
        str(denial) for denials in live.ecs.vpc.denials() for denial in denials if denial.endpoint == "airflow-task"
    }
    assert len(dropped) == 2, dropped
    assert all(port in " ".join(dropped) for port in ("tcp/5432", "tcp/6379"))
    live.ecs.vpc.forget_denials()


@pytest.mark.feature("T8", "H9")
def test_airflow_task_has_its_own_role_and_can_read_no_token_of_another(ran: Ran) -> None:
    assert ran.found["role"] == "airflow-live-airflow-task-task"
    assert {ran.found[name] for name in ("other tasks", "tokens", "fernet key")} == {"AccessDeniedException"}


@pytest.mark.feature("T8", "L1")
def test_log_is_in_cloudwatch_while_the_airflow_task_runs_and_in_s3_afterwards(live: Live, ran: Ran) -> None:
    assert "slept 22" not in ran.live_log
    log = live.airflow.wait_for_log("s3://", "on_fargate", ran.id, "alone")
    assert "begun 21" in log
    assert "slept 22" in log


@pytest.mark.feature("T8", "H9")
def test_scheduler_can_run_no_other_task_and_pass_no_other_role(live: Live) -> None:
    (scheduler,) = live.ecs.runner.running("scheduler")
    environ = next(item.environment for item in scheduler.definition.containers if item.name == "scheduler")
    options = {name.removeprefix("AIRFLOW__AWS_ECS_EXECUTOR__"): value for name, value in environ.items()}
    network = {"subnets": options["SUBNETS"].split(","), "securityGroups": [options["SECURITY_GROUPS"]]}
    common = {"cluster": CLUSTER, "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": network}}
    other = f"arn:aws:iam::{ACCOUNT}:role/airflow-live-migrate-task"
    migrate = live.ecs.runner.catalog.definition("airflow-live-migrate").arn
    live.provoked.update({("ecs:RunTask", migrate), ("iam:PassRole", other)})
    error = aws_error(scheduler, "ecs", "run_task", taskDefinition=migrate, **common)
    assert f"is not authorized to perform: ecs:RunTask on resource: {migrate}" in error
    own = options["TASK_DEFINITION"]
    error = aws_error(scheduler, "ecs", "run_task", taskDefinition=own, overrides={"taskRoleArn": other}, **common)
    assert f"is not authorized to perform: iam:PassRole on resource: {other}" in error


@pytest.mark.feature("T8")
def test_airflow_task_that_ecs_can_never_start_fails_with_the_reason(live: Live) -> None:
    airflow = live.airflow
    run = "r" * 240
    airflow.wait_for_dag(LONG_DAG)
    airflow.call("POST", f"dags/{LONG_DAG}/dagRuns", {"logical_date": None, "dag_run_id": run})
    assert airflow.finish(LONG_DAG, run) == "failed"
    events = airflow.call("GET", f"eventLogs?dag_id={LONG_DAG}&event=ecs%20task%20rejected")["event_logs"]
    reasons = {event["task_id"]: event["extra"] for event in events}
    assert "size 'huge' does not exist. Allowed: large. Fix" in reasons["huge"]
    assert "characters, ECS accepts 8,192" in reasons[LONG_TASK]
