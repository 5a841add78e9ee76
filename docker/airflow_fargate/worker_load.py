"""The load of each worker group: the queued and running Airflow tasks in the metadata database.

Lengths of Redis lists drift from it. Airflow tasks that are deferred, up for retry or on a queue without a worker group
occupy no slot and do not count. Neither do Airflow tasks that run in separate Fargate tasks (``executor="ecs"``),
whatever their queue is: their load is measured separately.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from airflow_fargate.backing_services import limit_statements
from airflow_fargate.ecs_overrides import NAMES
from airflow_fargate.scaling_signal import (
    HISTORY,
    MOST_NEW,
    NEW_RAN_SECONDS,
    NEW_WAITED_SECONDS,
    WAITED_SECONDS,
    WHOLE_SECONDS,
)
from airflow_fargate.startup_error import StartupError

STATEMENT_SECONDS = 10
# The parameter is the executor of Airflow tasks that name none. The mean run time of earlier instances comes from the
# unique index on (dag_id, task_id, run_id, map_index).
QUERY = f"""
with active as (
    select queue, dag_id, task_id, state, coalesce(executor, %s) in {NAMES} as on_ecs,
        extract(epoch from now() - queued_dttm) as waited, extract(epoch from now() - start_date) as ran
    from task_instance where state in ('queued', 'running')
), known as materialized (
    select dag_id, task_id, (
        select avg(duration) from (
            select duration from task_instance earlier
            where earlier.dag_id = kind.dag_id and earlier.task_id = kind.task_id and earlier.state = 'success'
            order by earlier.run_id desc limit {HISTORY}
        ) as recent
    ) as expected
    from (select distinct dag_id, task_id from active where not on_ecs) as kind
), weighed as (
    select active.*, expected, expected is null and case state
        when 'queued' then waited <= {NEW_WAITED_SECONDS} else ran <= {NEW_RAN_SECONDS}
    end as is_new
    from active left join known using (dag_id, task_id)
), numbered as (
    select *, row_number() over (partition by dag_id, task_id, on_ecs, is_new order by state desc) as number
    from weighed
)
select queue, count(*), max(waited) filter (where state = 'queued'), count(*) filter (where state = 'queued'), on_ecs,
    sum(case
        when is_new then (number <= {MOST_NEW})::int
        when expected is null or state = 'queued' and waited > {WAITED_SECONDS}
            or state = 'running' and ran > {WHOLE_SECONDS} then 1
        else least(1, expected / {WHOLE_SECONDS})
    end)
from numbered group by queue, on_ecs
"""  # noqa: S608 - constants only
ECS_DEFAULT, ECS_NAMED = "default", "named"
"""Values of AIRFLOW_METRICS_ECS_EXECUTOR: Airflow tasks that name no executor use it, or only those that name it."""


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
        work: slots that they need; an Airflow task that is known to be short needs a part of a slot.
    """

    queued: int = 0
    running: int = 0
    oldest_seconds: float = 0.0
    work: float = 0.0


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

    @property
    def needed_workers(self) -> int:
        """The number of workers that autoscaling aims at; fewer than ``desired_workers`` for short Airflow tasks."""
        return math.ceil(round(sum(queue.work for queue in self.queues.values()) / self.group.concurrency, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The load of an environment.

    Args:
        loads: the load of each worker group.
        unserved: queued Airflow tasks by queue that no group serves.
        on_ecs: Airflow tasks that run in separate Fargate tasks.
    """

    loads: list[Load]
    unserved: Mapping[str, int]
    on_ecs: QueueLoad


def parse_groups(text: str, *, ecs: str = "") -> tuple[WorkerGroup, ...]:
    """Read the worker groups from AIRFLOW_METRICS_WORKER_GROUPS; raises StartupError for malformed JSON.

    Args:
        text: the JSON.
        ecs: AIRFLOW_METRICS_ECS_EXECUTOR; where it is ``default``, there may be no group.
    """
    example = '{"default": {"queues": ["default"], "concurrency": 4}}'
    try:
        groups = tuple(
            WorkerGroup(name=name, queues=frozenset(group["queues"]), concurrency=int(group["concurrency"]))
            for name, group in json.loads(text).items()
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StartupError(f"AIRFLOW_METRICS_WORKER_GROUPS: expected {example}, got {text!r}") from error
    if (not groups and ecs != ECS_DEFAULT) or any(group.concurrency < 1 or not group.queues for group in groups):
        raise StartupError(
            f"AIRFLOW_METRICS_WORKER_GROUPS: each group needs a queue and concurrency >= 1, got {text!r}"
        )
    return groups


def measure(connection: Any, groups: Iterable[WorkerGroup], *, ecs: str = "") -> Measured:
    """Query the load of every group, of queues that no group serves, and of the ECS executor.

    The load is zero for a group whose queues have no rows.
    """
    with connection.cursor() as cursor:
        limit_statements(cursor, seconds=STATEMENT_SECONDS)
        cursor.execute(QUERY, ("ecs" if ecs == ECS_DEFAULT else "",))
        found = cursor.fetchall()
    connection.rollback()
    every = [
        (
            queue,
            on_ecs,
            QueueLoad(
                queued=int(queued),
                running=int(count) - int(queued),
                oldest_seconds=float(oldest or 0),
                work=float(work),
            ),
        )
        for queue, count, oldest, queued, on_ecs, work in found
    ]
    rows = {queue: load for queue, on_ecs, load in every if not on_ecs}
    of_ecs = [load for _, on_ecs, load in every if on_ecs]
    served = {queue for group in groups for queue in group.queues}
    unserved = {str(queue): load.queued for queue, load in rows.items() if load.queued and queue not in served}
    loads = [
        Load(group=group, queues={queue: rows.get(queue, QueueLoad()) for queue in sorted(group.queues)})
        for group in groups
    ]
    on_ecs = QueueLoad(
        queued=sum(load.queued for load in of_ecs),
        running=sum(load.running for load in of_ecs),
        oldest_seconds=max((load.oldest_seconds for load in of_ecs), default=0.0),
    )
    return Measured(loads=loads, unserved=unserved, on_ecs=on_ecs)
