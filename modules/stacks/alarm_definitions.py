"""Which numbers an environment is watched by: the table behind alarms and dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from environments.facts.instance_classes import max_connections
from environments.facts.topology import is_standalone, uses_celery
from environments.model import Environment
from modules.core.airflow_process import DAG_PROCESSOR, SCHEDULER, STANDALONE
from modules.core.metric_alarm import Watch
from modules.stacks.service_bindings import METRICS_NAMESPACE

GIB = 2**30


@dataclass(frozen=True)
class Watched:
    """Names in CloudWatch of what is watched; suffixes as the load balancer's metrics spell them."""

    name: str
    load_balancer: str
    target_group: str


def watches(environment: Environment, watched: Watched) -> tuple[Watch, ...]:
    """Every alarm of row L4 that the topology has a use for."""
    return (
        *_airflow(environment),
        *_queues(environment),
        *_database(environment, watched),
        *_broker(environment, watched),
        *_door(environment, watched),
    )


def _of(environment: Environment, component: str) -> dict[str, str]:
    return {"Environment": environment.name, "Component": component}


def _airflow(environment: Environment) -> Iterator[Watch]:
    alarms = environment.alarms
    standalone = is_standalone(environment.topology)
    scheduler, processor = (STANDALONE, STANDALONE) if standalone else (SCHEDULER, DAG_PROCESSOR)
    yield Watch(
        "scheduler-heartbeat",
        "The scheduler is silent: no Airflow task is started",
        METRICS_NAMESPACE,
        "scheduler_heartbeat",
        _of(environment, scheduler.name),
        threshold=1,
        statistic="Sum",
        below=True,
        minutes=max(1, round(alarms.scheduler_heartbeat_seconds / 60)),
        silence_is_wrong=environment.hibernation is None,
    )
    yield Watch(
        "import-errors",
        "DAG files cannot be imported",
        METRICS_NAMESPACE,
        "dag_processing.import_errors",
        _of(environment, processor.name),
        threshold=alarms.import_errors,
    )


def _queues(environment: Environment) -> Iterator[Watch]:
    for group in environment.workers:
        yield Watch(
            f"oldest-queued-{group.name}",
            f"An Airflow task waits too long for worker group {group.name}",
            METRICS_NAMESPACE,
            "OldestQueuedSeconds",
            {"Environment": environment.name, "WorkerGroup": group.name},
            threshold=environment.alarms.oldest_queued_seconds,
            minutes=3,
        )


def _database(environment: Environment, watched: Watched) -> Iterator[Watch]:
    alarms, dimensions = environment.alarms, {"DBInstanceIdentifier": watched.name}
    offered = max_connections(environment.database.instance_class)
    yield Watch(
        "database-connections",
        "The metadata database runs out of connections",
        "AWS/RDS",
        "DatabaseConnections",
        dimensions,
        threshold=offered * alarms.database_connections_percent // 100,
    )
    yield Watch(
        "database-storage",
        "The metadata database runs out of storage",
        "AWS/RDS",
        "FreeStorageSpace",
        dimensions,
        threshold=alarms.database_free_storage_gib * GIB,
        statistic="Minimum",
        below=True,
    )


def _broker(environment: Environment, watched: Watched) -> Iterator[Watch]:
    if not uses_celery(environment.topology):
        return
    for node in range(1, environment.broker.replicas + 2):
        dimensions = {"CacheClusterId": f"{watched.name}-{node:03d}"}
        yield Watch(
            f"broker-memory-{node}",
            "The broker runs out of memory: it would refuse messages",
            "AWS/ElastiCache",
            "DatabaseMemoryUsagePercentage",
            dimensions,
            threshold=environment.alarms.broker_memory_percent,
        )
        yield Watch(
            f"broker-evictions-{node}",
            "The broker evicts keys: Celery messages may be lost",
            "AWS/ElastiCache",
            "Evictions",
            dimensions,
            threshold=0,
            statistic="Sum",
            minutes=1,
        )


def _door(environment: Environment, watched: Watched) -> Iterator[Watch]:
    yield Watch(
        "unhealthy-targets",
        "api-servers fail the load balancer's health check",
        "AWS/ApplicationELB",
        "UnHealthyHostCount",
        {"LoadBalancer": watched.load_balancer, "TargetGroup": watched.target_group},
        threshold=environment.alarms.unhealthy_targets,
    )
