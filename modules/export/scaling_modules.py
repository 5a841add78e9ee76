"""Modules of scaling and schedules: CPU tracking, scaling by queues, hours without database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from environments.facts.metrics import NAMESPACE
from environments.sections.compute import WorkerGroup as WorkerGroupSection
from modules.constructs.autoscaling import Bounds, CpuScaling, ScalingTarget
from modules.constructs.database_schedule import DatabaseSchedule
from modules.constructs.queue_scaling import QueueScaling
from modules.core.scalable import Scalable
from modules.export.exportable import ID, Exportable, Output
from modules.export.module_inputs import ModuleInputs


def _target(scope: Construct, inputs: ModuleInputs, *, service: str) -> Scalable:
    return ScalingTarget(
        scope,
        "target",
        cluster=inputs.text("cluster_name", "Name of the ECS cluster.", example="airflow-example"),
        service=inputs.text("service_name", "Name of the ECS service.", example=service),
        bounds=Bounds(
            inputs.field_of(WorkerGroupSection, "min_count"), inputs.field_of(WorkerGroupSection, "max_count")
        ),
    ).scalable


def _scaling(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    CpuScaling(scope, ID, target=_target(scope, inputs, service="api-server"))
    return {}


def _queue_scaling(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    QueueScaling(
        scope,
        ID,
        target=_target(scope, inputs, service="worker-default"),
        group=inputs.text("group", "Name of the worker group.", example="default"),
        environment=inputs.text(
            "environment_name", "Value of the metric's dimension Environment.", example="airflow-example"
        ),
        namespace=NAMESPACE,
        scale_out_cooldown=inputs.field_of(WorkerGroupSection, "scale_out_cooldown_seconds"),
        scale_in_cooldown=inputs.field_of(WorkerGroupSection, "scale_in_cooldown_seconds"),
    )
    return {}


def _database_schedule(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    words = "`cron(...)` expression of EventBridge Scheduler at which the database"
    given: dict[str, Any] = {
        "database": inputs.text("database", "Identifier of the RDS instance.", example="airflow-example"),
        "stop": inputs.text("stop_schedule", f"{words} stops.", example="cron(0 20 ? * MON-FRI *)"),
        "start": inputs.text("start_schedule", f"{words} starts.", example="cron(0 6 ? * MON-FRI *)"),
        "timezone": inputs.text("timezone", "IANA name of the time zone of the schedules.", example="UTC"),
    }
    DatabaseSchedule(scope, ID, **inputs.arguments(DatabaseSchedule, **given))
    return {}


SCALING_MODULES = (
    Exportable("scaling", "Scales an ECS service by its average CPU utilization.", _scaling),
    Exportable(
        "queue-scaling",
        "Scales a worker group by queued and running Airflow tasks, down to zero.",
        _queue_scaling,
        steps="The metric `MissingWorkers` must exist: the metrics sidecar of the scheduler publishes it.",
    ),
    Exportable("database-schedule", "Stops and starts an RDS instance at fixed hours.", _database_schedule),
)
