"""The metric alarms of an environment, which its alarms and its dashboard share, and the graphs of its queues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from environments.facts import metrics
from environments.facts.instance_classes import MEMORY_GIB, max_connections
from environments.facts.topology import ECS_EXECUTOR, is_standalone, uses_celery, worker_name
from environments.model import Environment
from modules.constructs.dashboard import QueueGraph
from modules.core.airflow_process import DAG_PROCESSOR, SCHEDULER, STANDALONE
from modules.core.deferrable import at_least, mapped
from modules.core.metric_alarm import MetricAlarm

GIB = 2**30


@dataclass(frozen=True)
class MonitoredResources:
    """The names of monitored resources in CloudWatch.

    Args:
        name: identifier of the database, prefix of the broker's nodes.
        load_balancer: ARN suffix of the load balancer.
        target_group: ARN suffix of the target group.
    """

    name: str
    load_balancer: str
    target_group: str


def alarm_definitions(environment: Environment, resources: MonitoredResources) -> tuple[MetricAlarm, ...]:
    """Return the alarms of all components and backing services that the topology has."""
    return (
        *_airflow(environment),
        *_queues(environment),
        *_database(environment, resources),
        *_broker(environment, resources),
        *_public_endpoint(environment, resources),
    )


def _dimensions(environment: Environment, component: str) -> dict[str, str]:
    return {"Environment": environment.names.name, "Component": component}


def _airflow(environment: Environment) -> Iterator[MetricAlarm]:
    thresholds = environment.alarms
    standalone = is_standalone(environment.topology)
    scheduler, processor = (STANDALONE, STANDALONE) if standalone else (SCHEDULER, DAG_PROCESSOR)
    yield MetricAlarm(
        "scheduler-heartbeat",
        "The scheduler is silent: no Airflow task is started",
        metrics.NAMESPACE,
        "scheduler_heartbeat",
        _dimensions(environment, scheduler.name),
        threshold=1,
        statistic="Sum",
        below=True,
        minutes=at_least(1, (thresholds.scheduler_heartbeat_seconds + 30) // 60),
        missing_data_is_breaching=environment.hibernation is None,
    )
    yield MetricAlarm(
        "import-errors",
        "DAG files cannot be imported",
        metrics.NAMESPACE,
        "dag_processing.import_errors",
        _dimensions(environment, processor.name),
        threshold=thresholds.import_errors,
    )


def _queues(environment: Environment) -> Iterator[MetricAlarm]:
    if uses_celery(environment.topology):
        yield MetricAlarm(
            "unserved-queue",
            "Airflow tasks wait in a queue that no worker group serves; the log of the scheduler names the queue",
            metrics.NAMESPACE,
            metrics.UNSERVED,
            {"Environment": environment.names.name},
            threshold=0,
            minutes=3,
        )
    for group in environment.workers:
        yield MetricAlarm(
            f"oldest-queued-{group.name}",
            f"An Airflow task waits too long for worker group {group.name}",
            metrics.NAMESPACE,
            metrics.OLDEST_QUEUED,
            {"Environment": environment.names.name, "WorkerGroup": group.name},
            threshold=environment.alarms.oldest_queued_seconds,
            minutes=3,
        )
    if environment.ecs_executor:
        yield MetricAlarm(
            "ecs-oldest-queued",
            "An Airflow task waits too long for a Fargate task: capacity, vCPU quota, or ecs_executor.max_count",
            metrics.NAMESPACE,
            metrics.OLDEST_QUEUED,
            {metrics.ENVIRONMENT: environment.names.name, metrics.EXECUTOR: ECS_EXECUTOR},
            threshold=environment.alarms.oldest_queued_seconds,
            minutes=3,
        )


def queue_graphs(environment: Environment) -> tuple[QueueGraph, ...]:
    """Return the graph of each queue that a worker group serves, in the order of the groups."""
    serving: dict[str, list[str]] = {}
    for group in environment.workers:
        for queue in group.queues:
            serving.setdefault(queue, []).append(worker_name(group.name))
    return tuple(QueueGraph(queue, workers, environment.names.name) for queue, workers in serving.items())


def _database(environment: Environment, resources: MonitoredResources) -> Iterator[MetricAlarm]:
    thresholds, dimensions = environment.alarms, {"DBInstanceIdentifier": resources.name}
    connections = mapped(environment.database.instance_class, max_connections, among=MEMORY_GIB)
    yield MetricAlarm(
        "database-connections",
        "The metadata database runs out of connections",
        "AWS/RDS",
        "DatabaseConnections",
        dimensions,
        threshold=connections * thresholds.database_connections_percent // 100,
    )
    yield MetricAlarm(
        "database-storage",
        "The metadata database runs out of storage",
        "AWS/RDS",
        "FreeStorageSpace",
        dimensions,
        threshold=thresholds.database_free_storage_gib * GIB,
        statistic="Minimum",
        below=True,
    )


def _broker(environment: Environment, resources: MonitoredResources) -> Iterator[MetricAlarm]:
    if not uses_celery(environment.topology):
        return
    for node in range(1, environment.broker.replicas + 2):
        dimensions = {"CacheClusterId": f"{resources.name}-{node:03d}"}
        yield MetricAlarm(
            f"broker-memory-{node}",
            "The broker runs out of memory: it would refuse messages",
            "AWS/ElastiCache",
            "DatabaseMemoryUsagePercentage",
            dimensions,
            threshold=environment.alarms.broker_memory_percent,
        )
        yield MetricAlarm(
            f"broker-evictions-{node}",
            "The broker evicts keys: Celery messages may be lost",
            "AWS/ElastiCache",
            "Evictions",
            dimensions,
            threshold=0,
            statistic="Sum",
            minutes=1,
        )


def _public_endpoint(environment: Environment, resources: MonitoredResources) -> Iterator[MetricAlarm]:
    yield MetricAlarm(
        "unhealthy-targets",
        "api-servers fail the load balancer's health check",
        "AWS/ApplicationELB",
        "UnHealthyHostCount",
        {"LoadBalancer": resources.load_balancer, "TargetGroup": resources.target_group},
        threshold=environment.alarms.unhealthy_targets,
    )
