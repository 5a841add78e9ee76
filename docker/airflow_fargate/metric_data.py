"""The metrics of the sidecar ``metrics``, as PutMetricData takes them.

Airflow tasks that are queued on a queue without a worker group wait for ever: the metric ``UnservedTasks`` counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from airflow_fargate.worker_load import Load, QueueLoad


def datums(
    loads: Iterable[Load], *, unserved: int, environment: str, on_ecs: QueueLoad | None = None
) -> list[dict[str, Any]]:
    """The metric data of PutMetricData: metrics of each group, each queue and the ECS executor, and unserved tasks."""
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
        data += _of_queue(queue, [of_environment, {"Name": "Queue", "Value": name}])
    if on_ecs is not None:
        data += _of_queue(on_ecs, [of_environment, {"Name": "Executor", "Value": "ecs"}])
    return data


def _of_queue(load: QueueLoad, dimensions: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [
        _datum("QueuedTasks", load.queued, dimensions),
        _datum("RunningTasks", load.running, dimensions),
        _datum("OldestQueuedSeconds", load.oldest_seconds, dimensions),
    ]


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
