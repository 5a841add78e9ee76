"""Traces, metrics and lineage arrive at a receiver, with the variables that the constructs set."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler

import pytest

from environments.facts.secrets import OPENLINEAGE_API_KEY_VARIABLE, OTLP_HEADERS_VARIABLE
from local.containers import backing_services, engine
from tests.image.services import PRISTINE, Services
from tests.reading import services as ecs_services
from tests.serving import served
from tests.synthesis import deployed

pytestmark = pytest.mark.xdist_group("telemetry")
DATABASE = "telemetry"
DAG = """
from airflow.sdk import dag, task

@dag(schedule=None)
def report():
    @task
    def write() -> None:
        print("written")

    write()

report()
"""
SECRETS = {OTLP_HEADERS_VARIABLE: "api-key=for-otlp", OPENLINEAGE_API_KEY_VARIABLE: "for-lineage"}


class Receiver(BaseHTTPRequestHandler):
    """Records path, headers and body of each request."""

    requests: list[tuple[str, dict[str, str], bytes]] = []  # noqa: RUF012 - each request creates a handler

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    Receiver.requests.clear()
    with served(Receiver, host=services.gateway) as port:
        yield f"http://{services.gateway}:{port}"


def _variables(container: str, *, address: str) -> dict[str, str]:
    """The variables of telemetry in a container of topology ``single``, with the receiver of this test."""
    public = {"endpoint": "https://receiver.example.com", "authenticate": True}
    deployment = deployed(topology="single", telemetry={"otlp": public, "openlineage": public})
    found = ecs_services(deployment)["standalone"][1].container(container)
    variables = {
        name: value.replace("https://receiver.example.com", address)
        for name, value in found.environment.items()
        if name.startswith(("AIRFLOW__OPENLINEAGE__", "AIRFLOW__TRACES__", "OPENLINEAGE_", "OTEL_"))
    }
    return variables | {name: SECRETS[name] for name in found.secrets if name in SECRETS}


def _received(path: str, *parts: bytes) -> Mapping[str, str] | None:
    """The headers of a request to ``path`` whose body contains ``parts``."""
    for found, headers, body in list(Receiver.requests):
        if found == path and all(part in body for part in parts):
            return headers
    return None


@pytest.mark.feature("L6")
def test_run_of_a_dag_sends_traces_and_lineage(migrated: Services, address: str) -> None:
    backing_services.query(migrated.database, f"create database {DATABASE} template {PRISTINE}")
    folder = migrated.certificate.parent / "telemetry-dags"
    folder.mkdir()
    (folder / "report.py").write_text(DAG)
    done = engine.run(
        migrated.launch(
            "airflow",
            *("dags", "test", "report"),
            environ={
                **_variables("standalone", address=address),
                "AIRFLOW_DB_NAME": DATABASE,
                "AIRFLOW_BROKER_HOST": None,
                "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
                "AIRFLOW__CORE__DAGS_FOLDER": "/dags",
            },
            options=("--volume", f"{folder}:/dags:ro"),
        )
    )
    seen = [(path, len(body)) for path, _, body in Receiver.requests]
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    traces = _received("/v1/traces", b"report", b"airflow-dev", b"standalone")
    assert traces, f"{seen}\n{done.stdout[-3000:]}"
    assert traces["api-key"] == "for-otlp"
    events = [json.loads(body) for path, _, body in Receiver.requests if path == "/api/v1/lineage"]
    assert {"START", "COMPLETE"} <= {event["eventType"] for event in events if event["job"]["name"] == "report.write"}
    assert {event["job"]["namespace"] for event in events} == {"airflow-dev"}
    lineage = _received("/api/v1/lineage", b"report.write")
    assert lineage
    assert lineage["authorization"] == "Bearer for-lineage"


@pytest.mark.feature("L6", "L3")
def test_statsd_agent_sends_every_metric_to_the_receiver_and_cloudwatch_gets_those_it_got(
    services: Services, address: str
) -> None:
    agent = services.start("statsd", environ=_variables("statsd", address=address))
    metrics = ["scheduler_heartbeat:1|c", "scheduler_heartbeat:1|c", "executor.open_slots:7|g"]
    metrics.append("dag.report.write.duration:1200|ms")
    send = (
        "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
        f"[s.sendto(b'airflow.' + m.encode(), ('127.0.0.1', 8125)) for m in {metrics}]"
    )
    deadline = time.monotonic() + 60
    while agent.exec("sh", "-c", "grep -q :1FBD /proc/net/udp", check=False).returncode:
        assert time.monotonic() < deadline, agent.logs()
        time.sleep(0.2)
    agent.exec("python", "-c", send)
    agent.stop(seconds=30)
    names = (b"airflow.scheduler_heartbeat", b"airflow.dag.report.write.duration", b"airflow.executor.open_slots")
    headers = _received("/v1/metrics", *names, b"airflow-dev", b"standalone")
    assert headers, f"{[path for path, _, _ in Receiver.requests]}\n{agent.logs()}"
    assert headers["api-key"] == "for-otlp"
    line = json.loads(next(line for line in agent.logs().splitlines() if line.startswith("{")))
    assert line["scheduler_heartbeat"] == 2
    assert "dag.report.write.duration" not in line, "CloudWatch charges for each name"
    agent.remove()
