"""Runs in the image: drives the ECS executor against a fake of the ECS client and prints what happened as JSON."""

# ruff: noqa: ARG002
from __future__ import annotations

import datetime
import json
import os
import uuid
from typing import Any

from airflow.executors import workloads
from airflow.executors.executor_loader import ExecutorLoader
from airflow.executors.workloads.base import BundleInfo
from airflow.executors.workloads.task import TaskInstanceDTO
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.log import Log
from airflow_fargate.ecs_executor import FargateExecutor
from botocore.exceptions import ClientError
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

ARN = "arn:aws:ecs:eu-central-1:111111111111:task/airflow-dev/{:032x}"


class Ecs:
    """A fake of ECS: RunTask follows a script of answers, DescribeTasks returns ``described``."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.script: list[Any] = []
        self.stopped: list[str] = []
        self.described: dict[str, dict[str, Any]] = {}

    def run_task(self, **arguments: Any) -> dict[str, Any]:
        self.calls.append(arguments)
        answer = self.script.pop(0) if self.script else None
        if isinstance(answer, Exception):
            raise answer
        if answer:
            return {"tasks": [], "failures": [{"arn": "x", "reason": answer}]}
        task = {
            "taskArn": ARN.format(len(self.calls)),
            "lastStatus": "PROVISIONING",
            "desiredStatus": "RUNNING",
            "containers": [],
        }
        self.described[task["taskArn"]] = task
        return {"tasks": [task], "failures": []}

    def describe_tasks(self, *, tasks: list[str], cluster: str) -> dict[str, Any]:
        return {"tasks": [self.described[arn] for arn in tasks if arn in self.described], "failures": []}

    def stop_task(self, *, cluster: str, task: str, reason: str = "") -> None:
        self.stopped.append(task)


def workload(task: str, executor_config: dict[str, Any] | None = None, *, run: str = "scheduled__2026") -> Any:
    ti = TaskInstanceDTO(
        id=uuid.uuid4(),
        dag_version_id=uuid.uuid4(),
        task_id=task,
        dag_id="example",
        run_id=run,
        try_number=1,
        map_index=-1,
        pool_slots=1,
        priority_weight=1,
        queue="default",
        executor_config=executor_config,
    )
    path = f"dag_id=example/run_id={run}/task_id={task}/attempt=1.log"
    bundle = BundleInfo(name="dags-folder", version=None)
    return workloads.ExecuteTask(ti=ti, dag_rel_path="example.py", token="t" * 700, log_path=path, bundle_info=bundle)


def executor() -> tuple[FargateExecutor, Ecs]:
    found = ExecutorLoader.load_executor(ExecutorLoader.lookup_executor_name_by_str("ecs"))
    ecs = Ecs()
    found.ecs, found.IS_BOTO_CONNECTION_HEALTHY = ecs, True
    return found, ecs


def sync_now(found: FargateExecutor) -> None:
    """A heartbeat at which every delay has passed."""
    for item in found.pending_workloads:
        item.next_attempt_time = datetime.datetime.now(datetime.UTC)
    found.heartbeat()


def states(found: FargateExecutor) -> dict[str, list[Any]]:
    return {key.task_id: [str(state.value), info] for key, (state, info) in found.get_event_buffer().items()}


def main() -> None:
    found, ecs = executor()
    result: dict[str, Any] = {"parallelism": found.parallelism}
    result["conn_id"] = found.conf.get("aws_ecs_executor", "conn_id", fallback="aws_default")

    def queue(*items: Any) -> None:
        for item in items:
            found.queue_workload(item, session=None)

    queue(workload("plain"), workload("big", {"size": "large"}), workload("odd", {"size": "huge"}))
    queue(workload("greedy", {"networkConfiguration": {}}), workload("long", run="r" * 4000))
    found.heartbeat()
    result["arguments"] = [{**call, "overrides": _summary(call["overrides"])} for call in ecs.calls]
    result["override_characters"] = len(json.dumps(ecs.calls[0]["overrides"]))
    result["first"] = states(found)
    result["running"] = len(found.running)
    found.heartbeat()
    result["second"] = states(found)
    result["running_after_rejection"] = len(found.running)
    result["audit_log"] = _saved_events(found)

    throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "RunTask")
    ecs.script = [throttled, "Capacity is unavailable at this time", None]
    queue(workload("patient"))
    calls = len(ecs.calls)
    found.heartbeat()
    sync_now(found)
    sync_now(found)
    result["patient"] = {"calls": len(ecs.calls) - calls, "states": states(found)}

    for number, code in enumerate((0, 137), start=1):
        ecs.described[ARN.format(number)] |= {
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            "stoppedReason": "Your Spot Task was interrupted.",
            "startedAt": datetime.datetime.now(datetime.UTC),
            "containers": [{"containerArn": "c", "exitCode": code, "name": "airflow-task"}],
        }
    calls = len(ecs.calls)
    found.heartbeat()
    sync_now(found)
    result["ended"] = {"states": states(found), "calls": len(ecs.calls) - calls}

    found.end()  # returns although an Airflow task runs
    result["at_the_end"] = {"followed": len(found.active_workers), "stopped": list(ecs.stopped)}

    class Stuck:
        key = next(iter(found.active_workers.key_to_arn))

    found.revoke_task(ti=Stuck())
    result["revoked"] = {"stopped": ecs.stopped, "followed": len(found.active_workers), "running": len(found.running)}
    result["log"] = _log(found)

    del os.environ["AIRFLOW__AWS_ECS_EXECUTOR__CLUSTER"]
    result["api_server_log"] = _log(FargateExecutor())
    print(f"\nRESULT {json.dumps(result, default=str)}")


def _saved_events(found: FargateExecutor) -> dict[str, str]:
    """The reasons in the audit log by Airflow task, after the scheduler has saved them."""
    engine = create_engine("sqlite://")
    Log.__table__.create(engine)
    with Session(engine) as session:
        SchedulerJobRunner._process_task_event_logs(found._task_event_logs, session)
        return {row.task_id: row.extra for row in session.query(Log)}


def _log(found: FargateExecutor) -> str:
    class Running:
        external_executor_id = ARN.format(7)

    return found.get_task_log(Running(), 1)[0][0]


def _summary(overrides: dict[str, Any]) -> dict[str, Any]:
    (container,) = overrides["containerOverrides"]
    return {**overrides, "containerOverrides": [{**container, "command": container["command"][:2]}]}


main()
