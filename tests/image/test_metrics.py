"""The sidecar ``metrics`` counts Airflow tasks in PostgreSQL and sends CloudWatch one call in each period."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from airflow_fargate.scaling_signal import MOST_NEW, NEW_WAITED_SECONDS
from airflow_fargate.worker_load import QUERY

from local.containers import backing_services
from local.containers.engine import Container
from tests.image.fake_rds_proxy import FakeRdsProxy
from tests.image.services import Services
from tests.serving import served

GROUPS: dict[str, dict[str, Any]] = {
    "default": {"queues": ["default"], "concurrency": 4},
    "heavy": {"queues": ["heavy", "gpu"], "concurrency": 1},
    "idle": {"queues": ["idle"], "concurrency": 8},
}
QUEUES = [queue for group in GROUPS.values() for queue in group["queues"]]
ROWS = [
    *[("default", "queued")] * 3,
    *[("default", "running")] * 2,
    *[
        ("default", state)
        for state in ("deferred", "up_for_retry", "success", "failed", "scheduled", "up_for_reschedule")
    ],
    ("heavy", "running"),
    ("gpu", "queued"),
    ("queue without 'workers'", "queued"),
]
ON_ECS = [("default", "queued"), ("large", "running")]


class CloudWatch(BaseHTTPRequestHandler):
    """Records every PutMetricData. moto does not support the JSON protocol that boto3 prefers for CloudWatch."""

    calls: list[dict[str, Any]] = []  # noqa: RUF012 - each request creates a handler

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        assert self.headers["X-Amz-Target"].endswith(".PutMetricData")
        self.calls.append(json.loads(body))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def cloudwatch(services: Services) -> Iterator[str]:
    CloudWatch.calls.clear()
    with served(CloudWatch, host=services.gateway) as port:
        yield f"http://{services.gateway}:{port}"


@pytest.fixture
def rows(migrated: Services) -> Iterator[None]:
    """The rows of ROWS in the table of task instances."""
    _insert_rows(migrated)
    yield
    backing_services.query(migrated.database, "delete from task_instance where task_id like 'metric-%'")


@pytest.fixture
def environ(cloudwatch: str) -> dict[str, str | None]:
    return {
        "AIRFLOW_METRICS_WORKER_GROUPS": json.dumps(GROUPS),
        "AIRFLOW_METRICS_PERIOD": "1",
        "AIRFLOW_METRICS_ECS_EXECUTOR": "named",
        "AWS_ENDPOINT_URL": cloudwatch,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


@pytest.fixture
def publisher(migrated: Services, environ: dict[str, str | None], rows: None) -> Iterator[Container]:
    container = migrated.start("metrics", environ=environ)
    yield container
    container.remove()


@pytest.fixture
def publisher_behind_proxy(
    migrated: Services, rds_proxy: FakeRdsProxy, environ: dict[str, str | None], rows: None
) -> Iterator[Container]:
    proxied = {**environ, "AIRFLOW_DB_HOST": rds_proxy.name, "AIRFLOW_DB_PORT": str(rds_proxy.port)}
    container = migrated.start("metrics", environ=proxied, options=rds_proxy.options, name="proxied-metrics")
    yield container
    container.remove()


def _insert_rows(services: Services) -> None:
    """Insert rows of every state without their DAGs and DAG runs."""
    rows = [*((*row, "null") for row in ROWS), *((*row, "'ecs'") for row in ON_ECS)]
    values = ", ".join(
        f"(gen_random_uuid(), 'metric-{number}', 'd', 'r', -1, '{queue.replace(chr(39), chr(39) * 2)}', '{state}',"
        f" 1, 'default_pool', 1, 1, now() - interval '90 seconds', {executor}, 0, '[]', '\\x80')"
        for number, (queue, state, executor) in enumerate(rows)
    )
    columns = (
        "id, task_id, dag_id, run_id, map_index, queue, state, try_number, pool, pool_slots, max_tries, queued_dttm,"
        " executor"
    )
    required = backing_services.query(
        services.database,
        "select string_agg(column_name, ',') from information_schema.columns"
        " where table_name = 'task_instance' and is_nullable = 'NO' and column_default is null",
    )[0][0]
    missing = set(required.split(",")) - set(columns.replace(" ", "").split(","))
    assert missing <= {"custom_operator_name", "priority_weight", "context_carrier", "executor_config"}, missing
    extra = ", priority_weight, custom_operator_name, executor_config"
    insert = f"insert into task_instance ({columns}{extra}) values {values}"  # noqa: S608 - constants of this file
    backing_services.query(services.database, f"set session_replication_role = replica; {insert}")


def _calls(number: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 600
    while len(CloudWatch.calls) < number:
        assert time.monotonic() < deadline, f"{len(CloudWatch.calls)} calls within 600 s, not {number}"
        time.sleep(0.2)
    return list(CloudWatch.calls)


def _values(call: dict[str, Any], metric: str) -> dict[str, float]:
    found = {}
    for datum in call["MetricData"]:
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in datum["Dimensions"]}
        assert dimensions["Environment"] == "test"
        if datum["MetricName"] == metric and not dimensions.keys() & {"Queue", "Executor"}:
            found[dimensions.get("WorkerGroup", "")] = datum["Value"]
    return found


@pytest.mark.feature("A1", "T8")
def test_load_of_each_group_is_published_and_a_lost_connection_opened_again(
    migrated: Services, publisher: Container
) -> None:
    call = _calls(1)[0]
    assert call["Namespace"] == "Airflow"
    assert _values(call, "TaskLoad") == {"default": 5, "heavy": 2, "idle": 0}
    assert _values(call, "UnservedTasks") == {"": 1}
    assert _values(call, "DesiredWorkers") == {"default": 2, "heavy": 2, "idle": 0}
    on_ecs = {
        datum["MetricName"]: datum["Value"]
        for datum in call["MetricData"]
        if {"Name": "Executor", "Value": "ecs"} in datum["Dimensions"]
    }
    assert (on_ecs["QueuedTasks"], on_ecs["RunningTasks"]) == (1, 1)
    assert on_ecs["OldestQueuedSeconds"] >= 90
    oldest = _values(call, "OldestQueuedSeconds")
    assert oldest["default"] >= 90
    assert oldest["idle"] == 0

    backing_services.query(
        migrated.database,
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'airflow-fargate-metrics'",
    )
    assert _values(_calls(len(CloudWatch.calls) + 2)[-1], "TaskLoad")["default"] == 5
    # The error comes from PostgreSQL or from TLS, whichever is first.
    assert "connection" in publisher.logs()
    assert "Traceback" not in publisher.logs()
    assert publisher.exec("python", "/opt/airflow-fargate/health.py").returncode == 0
    publisher.stop(seconds=60)
    assert publisher.state["ExitCode"] == 0


@pytest.mark.feature("A1")
def test_all_groups_are_published_in_one_call(migrated: Services, publisher: Container) -> None:
    _calls(1)
    CloudWatch.calls.clear()
    time.sleep(3)
    assert len(CloudWatch.calls) <= 4
    assert {len(call["MetricData"]) for call in CloudWatch.calls} == {1 + 3 * (len(GROUPS) + len(QUEUES) + 1)}


@pytest.mark.feature("A1", "D2")
def test_load_is_published_behind_rds_proxy(publisher_behind_proxy: Container, rds_proxy: FakeRdsProxy) -> None:
    assert _values(_calls(1)[0], "TaskLoad") == {"default": 5, "heavy": 2, "idle": 0}
    assert rds_proxy.accepted[-1]["application_name"] == "airflow-fargate-metrics"


@pytest.mark.feature("A1", "A6")
def test_airflow_task_that_was_short_before_counts_in_part(migrated: Services, rows: None) -> None:
    earlier = ROWS.index(("default", "success"))
    backing_services.query(
        migrated.database,
        "set session_replication_role = replica; update task_instance set task_id = 'metric-0', run_id = 'earlier',"  # noqa: S608 - constants of this file
        f" duration = 50 where task_id = 'metric-{earlier}'",
    )
    # Four whole Airflow tasks, and half of the one whose earlier instance took 50 of 100 seconds.
    assert _slots(migrated) == 4.5


@pytest.mark.feature("A1", "A6")
def test_first_run_of_many_airflow_tasks_counts_whole_only_after_it_has_waited(migrated: Services, rows: None) -> None:
    backing_services.query(
        migrated.database,
        "set session_replication_role = replica; insert into task_instance select (jsonb_populate_record(first,"  # noqa: S608 - constants of this file
        " jsonb_build_object('id', gen_random_uuid(), 'map_index', number))).*"
        f" from task_instance first, generate_series(0, {MOST_NEW + 7}) number where task_id = 'metric-0'",
    )
    assert _slots(migrated) == 4 + MOST_NEW
    backing_services.query(
        migrated.database,
        f"update task_instance set queued_dttm = now() - interval '{NEW_WAITED_SECONDS + 1} seconds'"  # noqa: S608 - constants of this file
        " where task_id = 'metric-0'",
    )
    assert _slots(migrated) == 4 + 1 + MOST_NEW + 8


def _slots(services: Services) -> float:
    """The slots that the queue ``default`` needs on workers."""
    found = backing_services.query(services.database, QUERY.replace("%s", "''"))
    return next(float(row[5]) for row in found if (row[0], row[4]) == ("default", "f"))
