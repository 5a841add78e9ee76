"""The load of each worker group: the queued and running Airflow tasks in the metadata database.

Lengths of Redis lists drift from it. Airflow tasks that are deferred, up for retry or on a queue without a worker group
occupy no slot and do not count. Neither do Airflow tasks that are Fargate tasks of their own (``executor="ecs"``),
whatever their queue is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_fargate.backing_services import limit_statements
from airflow_fargate.ecs_overrides import NAMES
from airflow_fargate.startup_error import StartupError

STATEMENT_SECONDS = 10
QUERY = f"""
select queue, count(*), extract(epoch from now() - min(queued_dttm) filter (where state = 'queued')),
    count(*) filter (where state = 'queued')
from task_instance where state in ('queued', 'running') and coalesce(executor, '') not in {NAMES}
group by queue
"""  # noqa: S608 - constants only


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerGroup:
    """Workers of one size.

    Args:
        queues: queues that the workers serve.
        concurrency: Airflow tasks that one worker runs at a time.
    """

    name: str
    queues: frozenset[str]
    concurrency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLoad:
    """The load of a queue.

    Args:
        queued: Airflow tasks that wait for a worker.
        running: Airflow tasks that run.
        oldest_seconds: age of the oldest queued Airflow task; 0 without one.
    """

    queued: int = 0
    running: int = 0
    oldest_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The load of a worker group.

    Args:
        queues: load of each queue that the group serves.
    """

    group: WorkerGroup
    queues: Mapping[str, QueueLoad]

    @property
    def tasks(self) -> int:
        """Queued plus running Airflow tasks."""
        return sum(queue.queued + queue.running for queue in self.queues.values())

    @property
    def oldest_seconds(self) -> float:
        """Age of the oldest queued Airflow task; 0 without one."""
        return max(queue.oldest_seconds for queue in self.queues.values())

    @property
    def desired_workers(self) -> int:
        """The number of workers that run all Airflow tasks at once."""
        return math.ceil(self.tasks / self.group.concurrency)


def parse_groups(text: str) -> tuple[WorkerGroup, ...]:
    """Read the worker groups from AIRFLOW_METRICS_WORKER_GROUPS; raises StartupError for malformed JSON."""
    example = '{"default": {"queues": ["default"], "concurrency": 4}}'
    try:
        groups = tuple(
            WorkerGroup(name=name, queues=frozenset(group["queues"]), concurrency=int(group["concurrency"]))
            for name, group in json.loads(text).items()
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StartupError(f"AIRFLOW_METRICS_WORKER_GROUPS: expected {example}, got {text!r}") from error
    if not groups or any(group.concurrency < 1 or not group.queues for group in groups):
        raise StartupError(
            f"AIRFLOW_METRICS_WORKER_GROUPS: each group needs a queue and concurrency >= 1, got {text!r}"
        )
    return groups


def measure(connection: Any, groups: Iterable[WorkerGroup]) -> tuple[list[Load], dict[str, int]]:
    """Query the load of every group, and the number of queued Airflow tasks by queue that no group serves.

    The load is zero for a group whose queues have no rows.
    """
    with connection.cursor() as cursor:
        limit_statements(cursor, seconds=STATEMENT_SECONDS)
        cursor.execute(QUERY)
        found = cursor.fetchall()
    connection.rollback()
    rows = {
        queue: QueueLoad(queued=int(queued), running=int(count) - int(queued), oldest_seconds=float(oldest or 0))
        for queue, count, oldest, queued in found
    }
    served = {queue for group in groups for queue in group.queues}
    unserved = {str(queue): int(queued) for queue, _, _, queued in found if queued and queue not in served}
    loads = [
        Load(group=group, queues={queue: rows.get(queue, QueueLoad()) for queue in sorted(group.queues)})
        for group in groups
    ]
    return loads, unserved
