"""Logs of components and of Airflow tasks, as a person at the terminal reads them."""

from __future__ import annotations

import datetime
import json
import time

import pytest

from operations.errors import PreconditionError
from operations.logs import AirflowTask, component_lines, duration, task_lines
from tests.unit.operations.cloud import Cloud

HOUR = datetime.timedelta(hours=1)


def write(cloud: Cloud, component: str, *lines: str, task: str = "0123456789abcdef", age: float = 0) -> None:
    logs, group, stream = cloud.client("logs"), f"{cloud.names.path}/{component}", f"{component}/{component}/{task}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        logs.create_log_group(logGroupName=group)
    if not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int((time.time() - age) * 1000)
    events = [{"timestamp": now + index, "message": line} for index, line in enumerate(lines)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


@pytest.mark.feature("O8")
def test_component_log_shows_time_fargate_task_and_message_without_control_characters(cloud: Cloud) -> None:
    write(cloud, "scheduler", "started", "\x1b[31mred\tword")
    first, second = component_lines(cloud.account, "scheduler", since=HOUR)
    assert first.endswith("Z 01234567 started")
    assert second.endswith("Z 01234567 \\x1b[31mred    word")


@pytest.mark.feature("O8", "T8")
def test_log_of_fargate_tasks_of_the_ecs_executor_is_read_where_the_environment_has_it(cloud: Cloud) -> None:
    with pytest.raises(PreconditionError, match="no component 'airflow-task'"):
        list(component_lines(cloud.account, "airflow-task", since=HOUR))
    write(cloud, "airflow-task", "begun")
    account = Cloud.account_of(Cloud.environment(ecs_executor={}))
    (line,) = component_lines(account, "airflow-task", since=HOUR)
    assert line.endswith("Z 01234567 begun")


@pytest.mark.feature("O8", "T8")
@pytest.mark.parametrize(
    ("changes", "component"),
    [({}, "worker-GROUP"), ({"topology": "ecs"}, "airflow-task"), ({"topology": "local_executor"}, "scheduler")],
)
def test_missing_log_of_an_airflow_task_names_the_log_of_what_runs_it(
    cloud: Cloud, changes: dict[str, str], component: str
) -> None:
    account = Cloud.account_of(Cloud.environment(**changes))
    cloud.client("s3").create_bucket(
        Bucket=account.names.bucket("task-logs"), CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    with pytest.raises(PreconditionError, match=f"logs dev {component}"):
        list(task_lines(account, AirflowTask("d", "r", "t")))


@pytest.mark.feature("O8")
def test_lines_older_than_since_are_left_out(cloud: Cloud) -> None:
    write(cloud, "scheduler", "old", age=7200)
    write(cloud, "scheduler", "new", task="fedcba9876543210")
    assert [line.split()[-1] for line in component_lines(cloud.account, "scheduler", since=HOUR)] == ["new"]


@pytest.mark.feature("O8")
def test_follow_shows_each_new_line_once(cloud: Cloud) -> None:
    write(cloud, "scheduler", "first")
    lines = component_lines(cloud.account, "scheduler", since=HOUR, follow=True)
    assert next(lines).endswith("first")
    write(cloud, "scheduler", "second")
    assert next(lines).endswith("second")


@pytest.mark.feature("O8")
def test_unknown_component_lists_the_components_of_the_topology(cloud: Cloud) -> None:
    with pytest.raises(PreconditionError, match="no component 'schedular'; did you mean 'scheduler'") as raised:
        list(component_lines(cloud.account, "schedular", since=HOUR))
    assert "Allowed: api-server, scheduler, dag-processor, triggerer, worker-default, migrate, db-clean" in str(
        raised.value
    )


@pytest.mark.feature("O8")
def test_log_before_the_first_deployment_names_the_deployment(cloud: Cloud) -> None:
    with pytest.raises(PreconditionError, match="log group /airflow/dev/triggerer does not exist. Fix: .* deploy dev"):
        list(component_lines(cloud.account, "triggerer", since=HOUR))


def store(cloud: Cloud, folder: str, **attempts: str) -> None:
    s3, bucket = cloud.client("s3"), cloud.names.bucket("task-logs")
    if bucket not in [item["Name"] for item in s3.list_buckets()["Buckets"]]:
        where = {"LocationConstraint": "eu-central-1"}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    for attempt, message in attempts.items():
        record = {"timestamp": "2026-11-27T10:00:00Z", "level": "info", "event": message}
        s3.put_object(
            Bucket=bucket, Key=f"task-logs/{folder}/attempt={attempt[1:]}.log", Body=json.dumps(record) + "\nplain\n"
        )


FOLDER = "dag_id=load/run_id=manual__2026-11-27T10:00:00+00:00/task_id=copy"
TASK = AirflowTask("load", "manual__2026-11-27T10:00:00+00:00", "copy")


@pytest.mark.feature("O8", "L1")
def test_log_of_an_airflow_task_is_that_of_its_newest_try(cloud: Cloud) -> None:
    store(cloud, FOLDER, _9="ninth", _10="tenth")
    assert list(task_lines(cloud.account, TASK)) == ["2026-11-27T10:00:00Z INFO tenth", "plain"]
    earlier = AirflowTask(TASK.dag, TASK.run, TASK.task, attempt=9)
    assert next(task_lines(cloud.account, earlier)) == "2026-11-27T10:00:00Z INFO ninth"


@pytest.mark.feature("O8")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"attempt": 3}, "copy had no try 3. Allowed: 1 or 2"),
        (
            {"task": "move"},
            "no log of dag_id=load/.*/task_id=move. Airflow stores a log when the Airflow task ends. Fix: ",
        ),
    ],
)
def test_missing_log_of_an_airflow_task_names_the_tries_that_exist(
    cloud: Cloud, changes: dict[str, object], message: str
) -> None:
    store(cloud, FOLDER, _1="first", _2="second")
    wanted = AirflowTask(**{**vars(TASK), **changes})  # type: ignore[arg-type]
    with pytest.raises(PreconditionError, match=message):
        list(task_lines(cloud.account, wanted))


@pytest.mark.feature("O8")
def test_mapped_task_needs_an_index(cloud: Cloud) -> None:
    store(cloud, f"{FOLDER}/map_index=0", _1="zero")
    store(cloud, f"{FOLDER}/map_index=1", _1="one")
    with pytest.raises(PreconditionError, match="copy is a mapped task. Fix: add --index, one of 0 or 1"):
        list(task_lines(cloud.account, TASK))
    second = AirflowTask(TASK.dag, TASK.run, TASK.task, index=1)
    assert next(task_lines(cloud.account, second)).endswith("INFO one")


@pytest.mark.feature("O8")
def test_log_of_an_airflow_task_is_read_from_cloudwatch_where_the_environment_keeps_it(empty_account: object) -> None:
    cloud = Cloud(Cloud.account_of(Cloud.environment(logs={"destination": "cloudwatch"})))
    logs, group = cloud.client("logs"), "/airflow/dev/task-logs"
    stream = f"{FOLDER}/attempt=1.log".replace(":", "_")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": int(time.time() * 1000), "message": '{"event": "copied", "level": "info"}'}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    assert list(task_lines(cloud.account, TASK)) == ["INFO copied"]


@pytest.mark.feature("O8")
@pytest.mark.parametrize("text", ["", "15", "m", "-5m", "1w", "٣m"])
def test_malformed_duration_names_the_allowed_ones(text: str) -> None:
    with pytest.raises(PreconditionError, match="is not a duration. Fix: write 90s, 15m, 2h or 1d"):
        duration(text)
    assert duration("2h") == datetime.timedelta(hours=2)
