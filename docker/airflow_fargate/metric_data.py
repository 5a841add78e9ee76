"""The metrics of the sidecar ``metrics``, as PutMetricData takes them.

Airflow tasks that are queued on a queue without a worker group wait for ever: the metric ``UnservedTasks`` counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from airflow_fargate.worker_load import Load


def datums(loads: Iterable[Load], *, unserved: int, environment: str) -> list[dict[str, Any]]:
    """The metric data of PutMetricData: three metrics for each group and queue, and the unserved Airflow tasks."""
    loads = tuple(loads)
    of_environment = {"Name": "Environment", "Value": environment}
    data: list[dict[str, Any]] = [
        {"MetricName": "UnservedTasks", "Dimensions": [of_environment], "Value": unserved, "Unit": "Count"}
    ]
    for load in loads:
        of_group = [of_environment, {"Name": "WorkerGroup", "Value": load.group.name}]
        data += [
            _datum("TaskLoad", load.tasks, of_group),
            _datum("DesiredWorkers", load.desired_workers, of_group),
            _datum("OldestQueuedSeconds", load.oldest_seconds, of_group),
        ]
    for name, queue in sorted({name: queue for load in loads for name, queue in load.queues.items()}.items()):
        of_queue = [of_environment, {"Name": "Queue", "Value": name}]
        data += [
            _datum("QueuedTasks", queue.queued, of_queue),
            _datum("RunningTasks", queue.running, of_queue),
            _datum("OldestQueuedSeconds", queue.oldest_seconds, of_queue),
        ]
    return data


def _datum(name: str, value: float, dimensions: list[dict[str, str]]) -> dict[str, Any]:
    unit = "Seconds" if name.endswith("Seconds") else "Count"
    return {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": unit}


def missing_data(missing: Mapping[str, int], *, environment: str) -> list[dict[str, Any]]:
    """The metric data of the missing workers of each group; a negative number is a surplus."""
    return [
        {
            "MetricName": "MissingWorkers",
            "Dimensions": [
                {"Name": "Environment", "Value": environment},
                {"Name": "WorkerGroup", "Value": name},
            ],
            "Value": number,
            "Unit": "Count",
            "StorageResolution": 1,
        }
        for name, number in missing.items()
    ]
