"""A1: the publisher counts in a real PostgreSQL and CloudWatch gets one call a round."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from local.containers import backing_services
from local.containers.engine import Container
from tests.image.world import World
from tests.serving import served

GROUPS = {
    "default": {"queues": ["default"], "concurrency": 4},
    "heavy": {"queues": ["heavy", "gpu"], "concurrency": 1},
    "idle": {"queues": ["idle"], "concurrency": 8},
}
ROWS = [
    *[("default", "queued")] * 3,
    *[("default", "running")] * 2,
    *[
        ("default", state)
        for state in ("deferred", "up_for_retry", "success", "failed", "scheduled", "up_for_reschedule")
    ],
    ("heavy", "running"),
    ("gpu", "queued"),
    ("nobody's", "queued"),
]


class CloudWatch(BaseHTTPRequestHandler):
    """Remembers every PutMetricData (the emulator does not speak the JSON protocol that boto3 prefers here)."""

    calls: list[dict[str, Any]] = []  # noqa: RUF012 - a handler is made per request

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
        """Be quiet."""


@pytest.fixture
def cloudwatch(world: World) -> Iterator[str]:
    CloudWatch.calls.clear()
    with served(CloudWatch, host=world.gateway) as port:
        yield f"http://{world.gateway}:{port}"


@pytest.fixture
def publisher(migrated: World, cloudwatch: str) -> Iterator[Container]:
    _insert_rows(migrated)
    container = migrated.start(
        "metrics",
        environ={
            "AIRFLOW_METRICS_WORKER_GROUPS": json.dumps(GROUPS),
            "AIRFLOW_METRICS_PERIOD": "1",
            "AWS_ENDPOINT_URL": cloudwatch,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        },
    )
    yield container
    container.remove()
    backing_services.query(migrated.database, "delete from task_instance where task_id like 'metric-%'")


def _insert_rows(world: World) -> None:
    """Rows of every state, without the DAGs and runs that they would belong to."""
    values = ", ".join(
        f"(gen_random_uuid(), 'metric-{number}', 'd', 'r', -1, '{queue.replace(chr(39), chr(39) * 2)}', '{state}',"
        " 1, 'default_pool', 1, 1, now() - interval '90 seconds', 0, '[]', '\\x80')"
        for number, (queue, state) in enumerate(ROWS)
    )
    columns = (
        "id, task_id, dag_id, run_id, map_index, queue, state, try_number, pool, pool_slots, max_tries, queued_dttm"
    )
    required = backing_services.query(
        world.database,
        "select string_agg(column_name, ',') from information_schema.columns"
        " where table_name = 'task_instance' and is_nullable = 'NO' and column_default is null",
    )[0][0]
    missing = set(required.split(",")) - set(columns.replace(" ", "").split(","))
    assert missing <= {"custom_operator_name", "priority_weight", "context_carrier", "executor_config"}, missing
    extra = ", priority_weight, custom_operator_name, executor_config"
    insert = f"insert into task_instance ({columns}{extra}) values {values}"  # noqa: S608 - all of it is ours
    backing_services.query(world.database, f"set session_replication_role = replica; {insert}")


def _calls(number: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 60
    while len(CloudWatch.calls) < number:
        assert time.monotonic() < deadline, f"{len(CloudWatch.calls)} calls within 60 s, not {number}"
        time.sleep(0.2)
    return list(CloudWatch.calls)


def _values(call: dict[str, Any], metric: str) -> dict[str, float]:
    found = {}
    for datum in call["MetricData"]:
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in datum["Dimensions"]}
        assert dimensions["Environment"] == "test"
        if datum["MetricName"] == metric:
            found[dimensions["WorkerGroup"]] = datum["Value"]
    return found


@pytest.mark.feature("A1")
def test_load_per_group_and_it_survives_a_lost_database(migrated: World, publisher: Container) -> None:
    call = _calls(1)[0]
    assert call["Namespace"] == "Airflow"
    assert _values(call, "TaskLoad") == {"default": 5, "heavy": 2, "idle": 0}
    assert _values(call, "DesiredWorkers") == {"default": 2, "heavy": 2, "idle": 0}
    oldest = _values(call, "OldestQueuedSeconds")
    assert 85 < oldest["default"] < 150
    assert oldest["idle"] == 0

    backing_services.query(
        migrated.database,
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'airflow-fargate-metrics'",
    )
    assert _values(_calls(len(CloudWatch.calls) + 2)[-1], "TaskLoad")["default"] == 5
    # PostgreSQL's word, or that of TLS: whichever comes first.
    assert "connection" in publisher.logs()
    assert "Traceback" not in publisher.logs()
    assert publisher.exec("python", "/opt/airflow-fargate/health.py").returncode == 0
    publisher.stop(seconds=5)
    assert publisher.state["ExitCode"] == 0


@pytest.mark.feature("A1")
def test_one_call_a_round_for_all_groups(migrated: World, publisher: Container) -> None:
    _calls(1)
    CloudWatch.calls.clear()
    time.sleep(3)
    assert len(CloudWatch.calls) <= 4
    assert {len(call["MetricData"]) for call in CloudWatch.calls} == {3 * len(GROUPS)}
