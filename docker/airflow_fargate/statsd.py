"""The sidecar ``statsd``: prints Airflow's own metrics once a minute in CloudWatch's embedded metric format.

ECS sends standard output to CloudWatch Logs, which extracts the metrics. No agent and no IAM permission is needed.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from airflow_fargate import heartbeat
from airflow_fargate.otlp import Exporter
from airflow_fargate.startup_error import StartupError

PERIOD = 60.0
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
METRICS_PER_LINE = 100
VALUES_PER_METRIC = 100
# CloudWatch charges for each metric name. Names for each DAG, Airflow task or file need AIRFLOW_STATSD_ALLOW.
ALLOWED = "|".join(
    (
        r"(scheduler|executor|pool|celery|triggers|triggerer|git_sync)[._].+",
        r"\w+_heartbeat",
        r"(ti_successes|ti_failures|job_start|job_end|dagbag_size|task_instances_without_heartbeats_killed)",
        r"dag_processing\.(total_parse_time|import_errors|processes|file_path_queue_size|processor_timeouts)",
    )
)
SAMPLE = re.compile(r"(?P<name>[^:|]+):(?P<value>[+-]?[0-9.eE+-]+)\|(?P<kind>c|g|ms|h|d)(\|@(?P<rate>[0-9.]+))?")
UNITS = {"c": "Count", "g": "None", "ms": "Milliseconds", "h": "None", "d": "None"}


@dataclass(slots=True)
class Collected:
    """The values of one metric since the last line."""

    kind: str
    values: list[float] = field(default_factory=list)

    def add(self, value: float, *, relative: bool, rate: float) -> None:
        """Add ``value``: counters sum up (divided by the sampling rate), gauges keep the last value, timers a list."""
        if self.kind == "c":
            self.values = [sum(self.values) + value / rate]
        elif self.kind == "g":
            self.values = [(self.values[-1] if self.values and relative else 0.0) + value]
        elif len(self.values) < VALUES_PER_METRIC:
            self.values.append(value)


class Collector:
    """Collects StatsD datagrams and formats them as lines of the embedded metric format.

    Args:
        prefix: prefix to remove from metric names.
        allowed: regular expression for whole metric names.
    """

    def __init__(self, *, prefix: str = "airflow", allowed: str = ALLOWED) -> None:
        self._prefix = f"{prefix}."
        self._allowed = re.compile(allowed)
        self._collected: dict[str, Collected] = {}
        self._gauges: dict[str, float] = {}

    def take(self, datagram: bytes) -> None:
        """Add the samples of a datagram; malformed samples and names that are not allowed are dropped."""
        for line in datagram.decode(errors="replace").splitlines():
            sample = SAMPLE.match(line)
            name = sample["name"].removeprefix(self._prefix) if sample else ""
            if not sample or not self._allowed.fullmatch(name):
                continue
            kind = sample["kind"]
            collected = self._collected.setdefault(name, Collected(kind, self._last(name) if kind == "g" else []))
            signed = sample["value"][0] in "+-"
            collected.add(float(sample["value"]), relative=signed, rate=float(sample["rate"] or 1))

    def _last(self, name: str) -> list[float]:
        return [self._gauges[name]] if name in self._gauges else []

    def drain(self) -> dict[str, Collected]:
        """Return and forget the collected metrics."""
        taken, self._collected = self._collected, {}
        self._gauges |= {name: metric.values[-1] for name, metric in taken.items() if metric.kind == "g"}
        return taken

    def lines(self, *, namespace: str, dimensions: Mapping[str, str], now: float) -> list[str]:
        """Format and forget the collected metrics; one line for each METRICS_PER_LINE metrics."""
        taken = self.drain()
        names = sorted(taken)
        groups = [names[start : start + METRICS_PER_LINE] for start in range(0, len(names), METRICS_PER_LINE)]
        return [
            _line({name: taken[name] for name in group}, namespace=namespace, dimensions=dimensions, now=now)
            for group in groups
        ]


def _line(metrics: Mapping[str, Collected], *, namespace: str, dimensions: Mapping[str, str], now: float) -> str:
    directive = {
        "Namespace": namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": UNITS[metric.kind]} for name, metric in metrics.items()],
    }
    values: dict[str, Any] = {
        name: metric.values[0] if metric.kind in "cg" else metric.values for name, metric in metrics.items()
    }
    document = {"_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}, **dimensions, **values}
    return json.dumps(document, separators=(",", ":"))


@dataclass(slots=True)
class Forward:
    """Sends every metric to a receiver of OpenTelemetry data, which charges for no name, so that none is dropped."""

    exporter: Exporter
    collector: Collector = field(default_factory=lambda: Collector(allowed=".*"))

    def send(self) -> None:
        """Start to send the metrics of the last period."""
        self.exporter.add(self.collector.drain())
        self.exporter.send()


def run(
    receiver: socket.socket,
    collector: Collector,
    *,
    namespace: str,
    dimensions: Mapping[str, str],
    forward: Forward | None = None,
) -> None:
    """Receive datagrams and print their metrics every PERIOD seconds and at SIGTERM; ``forward`` sends them too."""
    due = time.monotonic() + PERIOD
    try:
        while True:
            receiver.settimeout(max(0.01, due - time.monotonic()))
            try:
                datagram = receiver.recv(65535)
                collector.take(datagram)
                if forward:
                    forward.collector.take(datagram)
            except TimeoutError:
                heartbeat.touch("statsd")
            if time.monotonic() >= due:
                _print(collector, namespace, dimensions)
                if forward:
                    forward.send()
                due += PERIOD
    finally:
        _print(collector, namespace, dimensions)
        if forward:
            forward.exporter.finish()
            forward.send()
            forward.exporter.finish()


def _print(collector: Collector, namespace: str, dimensions: Mapping[str, str]) -> None:
    for line in collector.lines(namespace=namespace, dimensions=dimensions, now=time.time()):
        print(line, flush=True)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> int:
    """Run with the settings of the environment until SIGTERM."""
    signal.signal(signal.SIGTERM, _exit)
    dimensions = {
        "Environment": os.environ.get("AIRFLOW_ENVIRONMENT") or "unnamed",
        "Component": os.environ.get("AIRFLOW_STATSD_COMPONENT") or "unnamed",
    }
    try:
        port = os.environ.get("AIRFLOW_STATSD_PORT") or "8125"
        if not port.isdigit():
            raise StartupError(f"AIRFLOW_STATSD_PORT: expected a port number, got {port!r}")
        allowed = os.environ.get("AIRFLOW_STATSD_ALLOW") or ALLOWED
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", int(port)))
            namespace = os.environ.get("AIRFLOW_METRICS_NAMESPACE") or "Airflow"
            forward = Forward(Exporter()) if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") else None
            run(receiver, Collector(allowed=allowed), namespace=namespace, dimensions=dimensions, forward=forward)
    except (StartupError, OSError, re.error, OverflowError) as error:
        print(f"statsd: {error}", file=sys.stderr, flush=True)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
