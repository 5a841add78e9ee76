"""Sends Airflow's metrics to a receiver of OpenTelemetry data, in addition to the lines that CloudWatch reads.

The settings are the standard variables of the OpenTelemetry SDK: ``OTEL_EXPORTER_OTLP_ENDPOINT`` and others.
"""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_fargate.statsd import Collected

# The default bounds of the OpenTelemetry SDK, milliseconds:
# https://opentelemetry.io/docs/specs/otel/metrics/sdk/#explicit-bucket-histogram-aggregation
BOUNDS = (0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0, 10000.0)
UNITS = {"c": "1", "g": "1", "ms": "ms", "h": "1", "d": "1"}
LAST_SECONDS = 5.0


@dataclass(slots=True)
class Total:
    """The values of one metric since the start of this process; receivers expect cumulative sums."""

    kind: str
    value: float = 0.0
    falls: bool = False
    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    least: float = float("inf")
    most: float = float("-inf")

    def add(self, values: list[float]) -> None:
        """Add the values of one period: counters and timers sum up, gauges keep the last value."""
        for value in values:
            self.value = value if self.kind == "g" else self.value + value
            if self.kind == "c":
                self.falls |= value < 0
            elif self.kind != "g":
                self.counts[bisect.bisect_left(BOUNDS, value)] += 1
                self.least, self.most = min(self.least, value), max(self.most, value)


class Exporter:
    """Sends totals in a separate thread, so that a slow receiver does not delay CloudWatch's lines."""

    def __init__(self) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        self._exporter = OTLPMetricExporter()
        self._started = time.time_ns()
        self._totals: dict[str, Total] = {}
        self._thread: threading.Thread | None = None

    def add(self, collected: Mapping[str, Collected]) -> None:
        """Add the metrics of one period."""
        for name, metric in collected.items():
            self._totals.setdefault(name, Total(metric.kind)).add(metric.values)

    def send(self) -> None:
        """Start to send all totals; skipped while the last sending has not ended: the next one contains its data."""
        if self._totals and not (self._thread and self._thread.is_alive()):
            data = self._data()
            self._thread = threading.Thread(target=self._exporter.export, args=(data,), daemon=True)
            self._thread.start()

    def finish(self) -> None:
        """Wait a few seconds for the end of the sending."""
        if self._thread:
            self._thread.join(LAST_SECONDS)

    def _data(self) -> Any:
        from opentelemetry.sdk.metrics.export import Metric, MetricsData, ResourceMetrics, ScopeMetrics
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        now = time.time_ns()
        metrics = [
            Metric(name=f"airflow.{name}", description="", unit=UNITS[total.kind], data=self._points(total, now))
            for name, total in sorted(self._totals.items())
        ]
        scope = ScopeMetrics(scope=InstrumentationScope("airflow_fargate"), metrics=metrics, schema_url="")
        return MetricsData([ResourceMetrics(resource=Resource.create(), scope_metrics=[scope], schema_url="")])

    def _points(self, total: Total, now: int) -> Any:
        from opentelemetry.sdk.metrics.export import (
            AggregationTemporality,
            Gauge,
            Histogram,
            HistogramDataPoint,
            NumberDataPoint,
            Sum,
        )

        when = {"attributes": {}, "start_time_unix_nano": self._started, "time_unix_nano": now}
        since_start = AggregationTemporality.CUMULATIVE
        if total.kind == "g":
            return Gauge([NumberDataPoint(value=total.value, **when)])
        if total.kind == "c":
            points = [NumberDataPoint(value=total.value, **when)]
            return Sum(points, aggregation_temporality=since_start, is_monotonic=not total.falls)
        point = HistogramDataPoint(
            count=sum(total.counts),
            sum=total.value,
            bucket_counts=list(total.counts),
            explicit_bounds=BOUNDS,
            min=total.least,
            max=total.most,
            **when,
        )
        return Histogram([point], aggregation_temporality=since_start)
