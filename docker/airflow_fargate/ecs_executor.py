"""The executor that runs each Airflow task in a separate Fargate task: ``executor="ecs"``.

It is the ``AwsEcsExecutor`` of the Amazon provider (9.39.0) with these differences:

- The container's command is the component ``airflow-task`` of this image.
- An Airflow task chooses its size by name, and can change nothing else of its Fargate task.
- What RunTask can never start fails at once with the reason, instead of after all attempts.
- A Fargate task that ran is not started again: Airflow's ``retries`` decide about that.
- An Airflow task that is queued longer than ``task_queued_timeout`` is removed and its Fargate task stopped.
- A scheduler that stops does not wait for its Fargate tasks: the next one adopts them.
- What it writes to the audit log arrives there.
- api-servers, which load the executor to read logs, need no ECS. They name the log stream of a running Airflow task.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from airflow.executors.base_executor import BaseExecutor
from airflow.providers.amazon.aws.executors.ecs.ecs_executor import AwsEcsExecutor
from airflow.providers.amazon.aws.executors.ecs.utils import EcsTaskCollection

from airflow_fargate.ecs_overrides import RejectedTaskError, check_length, overrides_of

COMPONENT = "airflow-task"
CLUSTER_VARIABLE = "AIRFLOW__AWS_ECS_EXECUTOR__CLUSTER"
LIMIT_VARIABLE = "AIRFLOW_ECS_MAX_TASKS"


class StartedOnce(EcsTaskCollection):  # type: ignore[misc]
    """Fargate tasks in which a task that ran counts as tried often enough."""

    def __init__(self, *, attempts: int) -> None:
        super().__init__()
        self._attempts = attempts

    def failure_count_by_key(self, task_key: Any) -> int:
        """Number of failed attempts to start the Fargate task of ``task_key``."""
        started = self.task_by_key(task_key).started_at
        return self._attempts if started else int(super().failure_count_by_key(task_key))


class FargateExecutor(AwsEcsExecutor):  # type: ignore[misc]
    """Runs each Airflow task in a separate Fargate task."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._rejected: dict[Any, str] = {}
        self._unsaved: list[Any] = []
        if not os.environ.get(CLUSTER_VARIABLE):
            BaseExecutor.__init__(self, *args, **kwargs)
            return
        super().__init__(*args, **kwargs)
        limit = os.environ.get(LIMIT_VARIABLE)
        if limit:
            self.parallelism: int = int(limit)
        self.active_workers = StartedOnce(attempts=int(self.max_run_task_attempts))

    @staticmethod
    def _serialize_workload_to_command(workload: Any) -> list[str]:
        return [COMPONENT, "--json-string", workload.model_dump_json()]

    def execute_async(
        self, key: Any, command: Sequence[Any], queue: str | None = None, executor_config: Any = None
    ) -> None:
        """Queue an Airflow task for RunTask, or reject it: it fails in the next ``sync``."""
        try:
            wanted = overrides_of(executor_config)
        except RejectedTaskError as error:
            self._rejected[key] = str(error)
            return
        super().execute_async(key=key, command=command, queue=queue, executor_config=wanted)
        queued = self.pending_workloads[-1]
        try:
            check_length(self._run_task_kwargs(key, queued.command, queue, wanted)["overrides"])
        except RejectedTaskError as error:
            self.pending_workloads.pop()
            self._rejected[key] = str(error)

    def sync(self) -> None:
        """Fail rejected Airflow tasks, then start and follow Fargate tasks."""
        while self._rejected:
            key, reason = self._rejected.popitem()
            self.log.error("%s: %s", key, reason)
            self.log_task_event(event="ecs task rejected", extra=reason, ti_key=key)
            self.fail(key, info=reason)
        super().sync()

    def log_task_event(self, *, event: str, extra: str, ti_key: Any) -> None:
        """Give the scheduler a record for the audit log, which it saves after this heartbeat.

        The scheduler of Airflow 3.3.2 takes the records out of the queue while SQLAlchemy, which keeps weak references,
        collects them: a record to which nothing else refers becomes a row of nulls, and PostgreSQL rejects all rows.
        """
        super().log_task_event(event=event, extra=extra, ti_key=ti_key)
        self._unsaved = [*self._task_event_logs]

    def end(self, heartbeat_interval: int = 10) -> None:
        """Leave Fargate tasks to the next scheduler: waiting for them would delay each deployment by two minutes."""

    def revoke_task(self, *, ti: Any) -> None:
        """Forget an Airflow task that is queued for too long, and stop its Fargate task."""
        key = ti.key
        self.queued_tasks.pop(key, None)
        self.running.discard(key)
        kept = [item for item in self.pending_workloads if item.key != key]
        self.pending_workloads.clear()
        self.pending_workloads.extend(kept)
        arn = self.active_workers.key_to_arn.get(key)
        if arn is None:
            return
        self.active_workers.pop_by_key(key)
        try:
            self.ecs.stop_task(cluster=self.cluster, task=arn, reason="queued longer than task_queued_timeout")
        except Exception:  # revoke_task must not raise
            self.log.exception("%s: cannot stop %s", key, arn)

    def get_task_log(self, ti: Any, try_number: int) -> tuple[list[str], list[str]]:  # noqa: ARG002
        """Where the log of a running Airflow task is; at its end Airflow uploads the log and shows it here."""
        arn = ti.external_executor_id or ""
        if not arn:
            return ["The Fargate task is not started yet."], []
        group = f"{os.environ.get('AIRFLOW_PARAMETER_PATH', '')}/{COMPONENT}"
        stream = f"{COMPONENT}/{COMPONENT}/{arn.rsplit('/', 1)[-1]}"
        return [f"Until the Airflow task ends, its log is in CloudWatch: log group {group}, stream {stream}"], []
