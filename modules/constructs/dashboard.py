"""The CloudWatch dashboard and the saved Logs Insights queries of an environment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from environments.facts import metrics
from modules.core.metric_alarm import MetricAlarm

COLUMNS, WIDTH, HEIGHT, TOP = 3, 8, 6, 2

QUERIES: Mapping[str, str] = {
    "errors": "fields @timestamp, @logStream, @message | filter @message like /(?i)(error|critical|traceback)/ "
    "| sort @timestamp desc | limit 100",
    "errors-by-hour": "filter @message like /(?i)(error|critical)/ | stats count(*) by bin(1h), @log",
    "airflow-task-failures": "fields @timestamp, dag_id, task_id, run_id, @message "
    "| filter @message like /(?i)task failed|marking task as FAILED/ | sort @timestamp desc | limit 100",
    "one-airflow-task": "fields @timestamp, @message | filter dag_id = 'DAG' and task_id = 'TASK' | sort @timestamp",
}
DATABASE_QUERIES: Mapping[str, str] = {
    "slow-statements": "fields @timestamp, @message | filter @message like /duration:/ "
    "| sort @timestamp desc | limit 50",
}


@dataclass(frozen=True)
class QueueGraph:
    """The graph of a queue: Airflow tasks that wait and run, workers, and the age of the oldest waiting task.

    Args:
        queue: name of the queue.
        workers: names of the ECS services whose workers serve the queue.
        environment: name of the environment and of the ECS cluster, dimension of the metrics.
    """

    queue: str
    workers: Sequence[str]
    environment: str

    def metrics(self) -> list[list[Any]]:
        """The lines of the graph; the age is on the right axis."""
        of_queue = [metrics.ENVIRONMENT, self.environment, metrics.QUEUE, self.queue]
        return [
            [metrics.NAMESPACE, metrics.QUEUED, *of_queue, {"label": "waiting"}],
            [metrics.NAMESPACE, metrics.RUNNING, *of_queue, {"label": "running"}],
            *(
                [
                    "ECS/ContainerInsights",
                    "RunningTaskCount",
                    *("ClusterName", self.environment, "ServiceName", service),
                    {"label": service},
                ]
                for service in self.workers
            ),
            [metrics.NAMESPACE, metrics.OLDEST_QUEUED, *of_queue, {"label": "oldest, seconds", "yAxis": "right"}],
        ]


class Dashboard(Construct):
    """A dashboard with the state of all alarms and a graph of each metric, and saved queries over the log groups.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the dashboard, prefix of the queries.
        region: AWS region of the metrics.
        alarms: definitions of the alarms; each gets a graph with its threshold.
        alarm_arns: ARNs of the alarms; none when alarms are disabled.
        log_groups: names of the components' log groups.
        database_log_group: name of the log group of PostgreSQL.
        queues: graphs of the queues, which come before those of the alarms.

    Example:
        >>> evictions = MetricAlarm("evictions", "The broker evicts keys", "AWS/ElastiCache", "Evictions", {},
        ...                         threshold=0)
        >>> dashboard = Dashboard(stack, "dashboard", name="airflow-prod", region="eu-central-1", alarms=[evictions],
        ...                       alarm_arns=[], log_groups=["/airflow/prod/scheduler"],
        ...                       database_log_group="/aws/rds/instance/airflow-prod/postgresql")
        >>> resource("aws_cloudwatch_query_definition.dashboard_query_slow_statements")["log_group_names"]
        ['/aws/rds/instance/airflow-prod/postgresql']
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        region: str,
        alarms: Sequence[MetricAlarm],
        alarm_arns: Sequence[str],
        log_groups: Sequence[str],
        database_log_group: str,
        queues: Sequence[QueueGraph] = (),
    ) -> None:
        super().__init__(scope, id_)
        states = [_at(0, 0, 24, TOP, "alarm", {"title": "Alarms", "alarms": list(alarm_arns)})] if alarm_arns else []
        graphs = [_queue(index, queue, region) for index, queue in enumerate(queues)]
        graphs += [_graph(index, alarm, region) for index, alarm in enumerate(alarms, len(graphs))]
        CloudwatchDashboard(
            self, "Resource", dashboard_name=name, dashboard_body=json.dumps({"widgets": [*states, *graphs]})
        )
        for queries, groups in ((QUERIES, list(log_groups)), (DATABASE_QUERIES, [database_log_group])):
            for query, text in queries.items():
                CloudwatchQueryDefinition(
                    self, f"query-{query}", name=f"{name}/{query}", query_string=text, log_group_names=groups
                )


def _graph(index: int, alarm: MetricAlarm, region: str) -> dict[str, Any]:
    dimensions = [part for pair in alarm.dimensions.items() for part in pair]
    properties = {
        "title": alarm.name,
        "region": region,
        "view": "timeSeries",
        "period": 60,
        "stat": alarm.statistic,
        "metrics": [[alarm.namespace, alarm.metric, *dimensions]],
        "annotations": {"horizontal": [{"label": "alarm", "value": alarm.threshold}]},
    }
    return _nth(index, properties)


def _queue(index: int, queue: QueueGraph, region: str) -> dict[str, Any]:
    properties = {
        "title": f"queue {queue.queue}",
        "region": region,
        "view": "timeSeries",
        "period": 60,
        "stat": "Maximum",  # two schedulers publish the same numbers
        "metrics": queue.metrics(),
    }
    return _nth(index, properties)


def _nth(index: int, properties: Mapping[str, Any]) -> dict[str, Any]:
    row, column = divmod(index, COLUMNS)
    return _at(column * WIDTH, TOP + row * HEIGHT, WIDTH, HEIGHT, "metric", properties)


def _at(x: int, y: int, width: int, height: int, kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:  # noqa: PLR0917
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": dict(properties)}
