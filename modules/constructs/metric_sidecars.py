"""Sidecars that publish metrics: the load of the workers, and Airflow's StatsD metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from environments.facts.secrets import DATABASE_PASSWORD, OTLP_HEADERS_VARIABLE, SPECIFICATIONS
from modules.core.container import Secret
from modules.core.grants import statement
from modules.core.json_text import json_text
from modules.core.sidecar import add_sidecar
from modules.core.task import FargateTask

STATSD_PORT = 8125
# Standard metrics of CloudWatch have a resolution of a minute.
FULL_SECONDS = 60


@dataclass(frozen=True)
class WorkerMetrics:
    """A sidecar of the scheduler that publishes to CloudWatch the load of each worker group and of the ECS executor.

    Args:
        namespace: CloudWatch namespace of the metrics.
        environment: name of the environment, a dimension of the metrics.
        groups: queues and concurrency of each worker group.
        cluster: name of the ECS cluster.
        services_arn: ARN pattern of the workers' ECS services, whose desired counts the sidecar reads.
        period_seconds: seconds between two measurements; the load is published once a minute.
        ecs_executor: ``default`` where Airflow tasks that name no executor run in separate Fargate tasks, ``named``
            where only those do that name it; empty without this executor.
    """

    namespace: str
    environment: str
    groups: Mapping[str, Mapping[str, object]]
    cluster: str
    services_arn: str
    period_seconds: int = 10
    ecs_executor: str = ""

    def join(self, task: FargateTask) -> None:
        """Add the sidecar to ``task``, with the login of ``task`` to the metadata database."""
        database = {name: value for name, value in task.main.environment.items() if name.startswith("AIRFLOW_DB_")}
        container = add_sidecar(
            task,
            "metrics",
            "metrics",
            AIRFLOW_ENVIRONMENT=self.environment,
            # Without workers there are no services to read.
            **({"AIRFLOW_METRICS_CLUSTER": self.cluster} if self.groups else {}),
            **({"AIRFLOW_METRICS_ECS_EXECUTOR": self.ecs_executor} if self.ecs_executor else {}),
            AIRFLOW_METRICS_NAMESPACE=self.namespace,
            AIRFLOW_METRICS_PERIOD=str(self.period_seconds if self.groups else FULL_SECONDS),
            AIRFLOW_METRICS_WORKER_GROUPS=json_text(self.groups),
            **database,
        )
        container.start_after[task.main.name] = "HEALTHY"
        password = SPECIFICATIONS[DATABASE_PASSWORD].variable
        if password in task.main.secrets:
            task.add_secret_to(container, password, task.main.secrets[password])
        task.task_role.grant(
            "publish-metrics",
            # PutMetricData supports no resources, only a condition on the namespace.
            statement(
                "cloudwatch:PutMetricData",
                on=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": self.namespace}},
            ),
            *([statement("ecs:DescribeServices", on=[self.services_arn])] if self.groups else []),
        )


class MetricsReceiver(Protocol):
    """A receiver of OpenTelemetry metrics."""

    @property
    def headers(self) -> Secret | None:
        """HTTP headers that authenticate the client."""
        ...

    def variables(self, component: str) -> dict[str, str]:
        """Variables of the OpenTelemetry SDK in a container of ``component``."""
        ...


@dataclass(frozen=True)
class StatsD:
    """A sidecar that receives Airflow's StatsD metrics and logs them in CloudWatch's embedded metric format.

    Args:
        namespace: CloudWatch namespace of the metrics.
        environment: name of the environment, a dimension of the metrics.
        otlp: receiver of OpenTelemetry data to which the sidecar sends the metrics too.
    """

    namespace: str
    environment: str
    otlp: MetricsReceiver | None = None

    def join(self, task: FargateTask) -> None:
        """Add the sidecar to ``task``."""
        container = add_sidecar(
            task,
            "statsd",
            "statsd",
            AIRFLOW_ENVIRONMENT=self.environment,
            AIRFLOW_METRICS_NAMESPACE=self.namespace,
            AIRFLOW_STATSD_COMPONENT=task.main.name,
            AIRFLOW_STATSD_PORT=str(STATSD_PORT),
            **(self.otlp.variables(task.main.name) if self.otlp else {}),
        )
        if self.otlp and self.otlp.headers:
            task.add_secret_to(container, OTLP_HEADERS_VARIABLE, self.otlp.headers)
        task.add_environment(
            AIRFLOW__METRICS__STATSD_ON="True",
            AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
            AIRFLOW__METRICS__STATSD_PORT=str(STATSD_PORT),
            AIRFLOW__METRICS__STATSD_PREFIX="airflow",
        )
