"""Compares the cost of Airflow tasks in separate Fargate tasks with their cost in slots of workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from environments import Environment
from environments.derived.service_counts import most_airflow_tasks
from environments.facts.topology import AIRFLOW_TASK
from environments.sections.compute import EcsExecutor, WorkerGroup
from environments.sections.stores import Broker
from report.cost.fargate import PER_UNIT, hour_items
from report.cost.item import Item, Usage
from report.cost.prices import PriceList
from report.errors import ReportError

BILLED_START_SECONDS = 30
"""Assumed: AWS bills from the download of the image to the end of the containers, and this passes before the Airflow
task begins. https://aws.amazon.com/fargate/pricing/"""
MINIMUM_SECONDS = 60
"""The least time that AWS bills for a Fargate task, by the same page."""


def executor_items(usage: Usage, environment: Environment) -> Iterator[Item]:
    """Yield vCPU-hours and GiB-hours of the Airflow tasks that run in separate Fargate tasks."""
    section = environment.ecs_executor
    if section is None:
        return
    most = most_airflow_tasks(environment)
    measured = usage.profile.tasks.get(AIRFLOW_TASK)
    average = most * usage.profile.busy_share if measured is None else measured
    basis = "measured" if measured is not None else f"{usage.profile.busy_share:.0%} of the most, {most}"
    yield from hour_items(
        usage,
        average,
        address="aws_ecs_task_definition.airflow_task_task_definition",
        key="ecs_executor",
        cpu=section.cpu,
        memory_mib=section.memory_mib,
        architecture=environment.architecture,
        spot=section.spot,
        assumption=f"{AIRFLOW_TASK}: {average:g} Fargate tasks on average, {basis}",
    )


@dataclass(frozen=True, kw_only=True)
class Executors:
    """The default sizes of both executors at the prices of a region (ARM64, on demand), in USD for an hour.

    Attributes:
        task: a Fargate task for one Airflow task.
        worker: a worker.
        slots: Airflow tasks that the worker runs at once.
        broker: all nodes of the broker.
    """

    task: float
    worker: float
    slots: int
    broker: float

    @classmethod
    def of(cls, prices: PriceList) -> Executors:
        """The costs at ``prices``.

        Raises:
            ReportError: a price is missing.
        """

        def usd(name: str) -> float:
            if name not in prices.prices:
                raise ReportError(f"{prices.region}: no price {name}. Fix: add it to report/cost/prices")
            return prices.prices[name].usd

        def fargate(cpu: int, memory_mib: int) -> float:
            return cpu / PER_UNIT * usd("fargate.arm.vcpu") + memory_mib / PER_UNIT * usd("fargate.arm.gib")

        task, group, broker = EcsExecutor(), WorkerGroup(name="default", queues=("default",)), Broker()
        return cls(
            task=fargate(task.cpu, task.memory_mib),
            worker=fargate(group.cpu, group.memory_mib),
            slots=group.concurrency,
            broker=(broker.replicas + 1) * usd(f"elasticache.{broker.engine}.{broker.node_type}"),
        )

    def on_ecs(self, seconds: float) -> float:
        """USD for one Airflow task of ``seconds`` in a separate Fargate task."""
        return self.task * max(seconds + BILLED_START_SECONDS, MINIMUM_SECONDS) / 3600

    def on_worker(self, seconds: float, *, utilization: float) -> float:
        """USD for the same Airflow task on a worker whose slots are busy for the share ``utilization`` of the time."""
        return self.worker / self.slots * seconds / utilization / 3600

    def break_even(self, seconds: float) -> float:
        """The share of busy slots below which a Fargate task for each Airflow task is cheaper.

        >>> costs = Executors(task=0.02, worker=0.04, slots=4, broker=0.06)
        >>> round(costs.break_even(60), 2), round(costs.break_even(3600), 2)
        (0.33, 0.5)
        """
        return self.on_worker(seconds, utilization=1) / self.on_ecs(seconds)

    @property
    def free_task_hours(self) -> float:
        """Hours of Airflow tasks a day, on ECS, that cost as much as a broker and one worker that is always there."""
        return 24 * (self.broker + self.worker) / self.task
