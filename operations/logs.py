"""Reads logs: of components from CloudWatch, of Airflow tasks from where the environment keeps them."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from environments.derived.service_counts import service_counts
from environments.errors import listed, nearest, printable
from environments.facts.topology import AIRFLOW_TASK, process_name, scheduling_component, uses_celery
from operations.account import Account, missing
from operations.errors import PreconditionError

TASK_LOGS = "task-logs"
POLL_SECONDS = 2.0
DURATION = re.compile(r"([0-9]{1,5})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class AirflowTask:
    """One Airflow task of a DAG run.

    Args:
        index: number of the task instance of a mapped task, from 0; None for other tasks.
        attempt: number of the try, from 1; the newest when None.
    """

    dag: str
    run: str
    task: str
    index: int | None = None
    attempt: int | None = None

    @property
    def folder(self) -> str:
        """Folder of its log files, as Airflow's option ``[logging] log_filename_template`` names it."""
        mapped = "" if self.index is None else f"map_index={self.index}/"
        return f"dag_id={self.dag}/run_id={self.run}/task_id={self.task}/{mapped}"


def duration(text: str) -> datetime.timedelta:
    """``90s``, ``15m``, ``2h`` or ``1d`` as a duration.

    Raises:
        PreconditionError: ``text`` is no duration.
    """
    match = DURATION.fullmatch(text)
    if match is None:
        raise PreconditionError(f"{text!r} is not a duration. Fix: write 90s, 15m, 2h or 1d")
    return datetime.timedelta(**{UNITS[match[2]]: int(match[1])})


def log_group(account: Account, component: str) -> str:
    """The log group of a component, a worker group's service or a one-off process.

    Raises:
        PreconditionError: the environment has no such component.
    """
    known = [*service_counts(account.environment), "migrate", "db-clean", *_airflow_task(account)]
    name = process_name(component)
    if name not in known:
        also = nearest(name, known)
        raise PreconditionError(
            f"{account.environment.name} has no component {component!r}{also}. Allowed: {', '.join(known)}. "
            "Fix: name one of them"
        )
    return f"{account.names.path}/{name}"


def _airflow_task(account: Account) -> list[str]:
    """The log of Airflow tasks that run in separate Fargate tasks, where the environment has them."""
    return [AIRFLOW_TASK] if account.environment.ecs_executor else []


def component_lines(
    account: Account, component: str, *, since: datetime.timedelta, follow: bool = False, pattern: str = ""
) -> Iterator[str]:
    """Lines of a component's log: time, Fargate task, message.

    Args:
        since: age of the oldest line.
        follow: wait for new lines until Ctrl-C.
        pattern: filter pattern of CloudWatch Logs; all lines when empty.

    Raises:
        PreconditionError: the environment has no such component, or is not deployed.
    """
    group, logs = log_group(account, component), account.client("logs")
    begin = int((datetime.datetime.now(datetime.UTC) - since).timestamp() * 1000)
    seen: set[str] = set()
    while True:
        arguments = {"logGroupName": group, "startTime": begin, **({"filterPattern": pattern} if pattern else {})}
        try:
            for page in logs.get_paginator("filter_log_events").paginate(**arguments):
                for event in page["events"]:
                    if event["eventId"] not in seen:
                        seen.add(event["eventId"])
                        begin = max(begin, event["timestamp"])
                        yield _line(event)
        except ClientError as error:
            if not missing(error, "ResourceNotFoundException"):
                raise
            raise PreconditionError(f"log group {group} does not exist. Fix: {account.command('deploy')}") from None
        if not follow:
            return
        account.sleep(POLL_SECONDS)


def _line(event: dict[str, Any]) -> str:
    time = datetime.datetime.fromtimestamp(event["timestamp"] / 1000, datetime.UTC)
    task = event["logStreamName"].rsplit("/", 1)[-1][:8]
    return f"{time:%Y-%m-%dT%H:%M:%SZ} {task} {_clean(event['message'])}"


def _clean(text: str) -> str:
    return printable(text.rstrip().replace("\t", "    "))


def task_lines(account: Account, task: AirflowTask) -> Iterator[str]:
    """Lines of an Airflow task's log, also after its worker is gone.

    Raises:
        PreconditionError: there is no such log.
    """
    read = _from_bucket if account.environment.logs.destination == "s3" else _from_log_group
    for line in read(account, task):
        yield _record(line)


def _record(line: str) -> str:
    """Airflow 3 writes JSON lines: show time, level and message."""
    try:
        record = json.loads(line)
    except ValueError:
        return _clean(line)
    if not isinstance(record, dict) or "event" not in record:
        return _clean(line)
    words = (record.get("timestamp", ""), str(record.get("level", "")).upper(), record["event"])
    return _clean(" ".join(str(word) for word in words if word))


def _from_bucket(account: Account, task: AirflowTask) -> Iterator[str]:
    s3, bucket = account.client("s3"), account.names.bucket(TASK_LOGS)
    try:
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{TASK_LOGS}/{task.folder}"))
    except ClientError as error:
        if not missing(error, "NoSuchBucket"):
            raise
        raise PreconditionError(f"bucket {bucket} does not exist. Fix: {account.command('deploy')}") from None
    keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
    body = s3.get_object(Bucket=bucket, Key=_attempt(account, task, keys))["Body"]
    yield from (line.decode("utf-8", "replace") for line in body.iter_lines())


def _from_log_group(account: Account, task: AirflowTask) -> Iterator[str]:
    logs, group = account.client("logs"), f"{account.names.path}/{TASK_LOGS}"
    prefix = task.folder.replace(":", "_")  # a stream's name has no colon
    try:
        pages = list(
            logs.get_paginator("describe_log_streams").paginate(logGroupName=group, logStreamNamePrefix=prefix)
        )
    except ClientError as error:
        if not missing(error, "ResourceNotFoundException"):
            raise
        raise PreconditionError(f"log group {group} does not exist. Fix: {account.command('deploy')}") from None
    stream = _attempt(account, task, [item["logStreamName"] for page in pages for item in page["logStreams"]])
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, logStreamNames=[stream])
    yield from (event["message"] for page in pages for event in page["events"])


def _attempt(account: Account, task: AirflowTask, names: list[str]) -> str:
    """The log file of the wanted attempt."""
    files = [
        (re.search(r"/task_id=[^/]+/(?:map_index=([0-9]+)/)?attempt=([0-9]+)\.log$", name), name) for name in names
    ]
    indexes = sorted({int(match[1]) for match, _ in files if match and match[1]})
    if indexes and task.index is None:
        raise PreconditionError(f"{task.task} is a mapped task. Fix: add --index, one of {listed(indexes)}")
    attempts = {int(match[2]): name for match, name in files if match}
    if not attempts:
        raise PreconditionError(
            f"no log of {task.folder.rstrip('/')}. Airflow stores a log when the Airflow task ends. Fix: check the "
            f"names, or read the container log: {account.command('logs', _runs_airflow_tasks(account))}"
        )
    wanted = task.attempt or max(attempts)
    if wanted not in attempts:
        raise PreconditionError(
            f"{task.task} had no try {wanted}. Allowed: {listed(sorted(attempts))}. Fix: name one of them"
        )
    return attempts[wanted]


def _runs_airflow_tasks(account: Account) -> str:
    """The component whose log has the lines of an Airflow task that still runs."""
    topology = account.environment.topology
    if uses_celery(topology):
        return "worker-GROUP"
    return AIRFLOW_TASK if account.environment.ecs_executor else scheduling_component(topology)
