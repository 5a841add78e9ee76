"""Compares the simulator with one run of the live tier, which ``make calibrate`` records in calibration.json.

The run has two parts on the same machine. In the first one a person sets the number of workers: the time until the new
workers take Airflow tasks is the start time of the machine. In the second one the deployed policy decides: the
simulator gets the start time of the first part and predicts when each Airflow task of the second part starts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.scaling import step_scaling
from bench.scaling.deployed import Deployed, Reaction, Step
from bench.scaling.fleet import Fleet
from bench.scaling.physics import Physics
from bench.scaling.workloads import HOUR, Job, Workload

FILE = Path(__file__).with_name("calibration.json")
MOST_DEVIATION = 0.15
"""Largest accepted deviation of the predicted from the measured start of the workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Times of an Airflow task of the run, seconds since the epoch."""

    queued: float
    started: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A recorded run.

    Args:
        date: day of the run.
        machine: what it ran on.
        deployed: the policy of the run.
        ready: workers before each part.
        start_seconds: from the change of the desired count by hand until each task that waited for it started.
        tasks: tasks of the second part.
        decisions: time and new desired count of each scaling action of the second part.
    """

    date: str
    machine: str
    deployed: Deployed
    ready: int
    start_seconds: tuple[float, ...]
    tasks: tuple[Task, ...]
    decisions: tuple[tuple[float, int], ...]

    @property
    def start(self) -> float:
        """Mean start time of a worker."""
        return sum(self.start_seconds) / len(self.start_seconds)

    @property
    def begin(self) -> float:
        """A full minute before the first task: CloudWatch's periods begin at full minutes."""
        return min(task.queued for task in self.tasks) // 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Mean times from the queue to a new worker, and times of the first scaling action, seconds from the first task."""

    predicted_start: float
    measured_start: float
    predicted_decision: float
    measured_decision: float

    @property
    def deviation(self) -> float:
        """Deviation of the predicted start, as a share."""
        return abs(self.predicted_start / self.measured_start - 1)


def read_record(file: Path = FILE) -> Record:
    """The recorded run."""
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    policy = found.pop("deployed")
    reactions = {
        way: Reaction(**{**policy.pop(way), "steps": tuple(Step(**step) for step in steps)})
        for way in ("out", "back")
        for steps in [policy[way]["steps"]]
    }
    return Record(
        date=found["date"],
        machine=found["machine"],
        deployed=Deployed(**policy, **reactions),
        ready=found["ready"],
        start_seconds=tuple(found["start_seconds"]),
        tasks=tuple(Task(**task) for task in found["tasks"]),
        decisions=tuple((time, count) for time, count in found["decisions"]),
    )


def text(record: Record) -> str:
    """The record as a file."""
    return json.dumps(asdict(record), indent=1) + "\n"


def compare(record: Record) -> Comparison:
    """Simulate the second part and compare the tasks that had no worker at first."""
    tasks = sorted(record.tasks, key=lambda task: task.queued)
    waits, decisions = _simulate(record, tasks)
    first = tasks[0].queued
    late = record.ready * record.deployed.concurrency
    # Airflow starts tasks out of order: compare the sorted waits.
    measured = sorted(task.started - task.queued for task in tasks)
    return Comparison(
        predicted_start=fmean(sorted(waits)[late:]),
        measured_start=fmean(measured[late:]),
        predicted_decision=decisions[0] - first,
        measured_decision=record.decisions[0][0] - first,
    )


def _simulate(record: Record, tasks: Sequence[Task]) -> tuple[list[float], list[float]]:
    """The waits of the tasks, and the times of the scaling actions."""
    deployed = record.deployed
    jobs = tuple(Job(task.queued - record.begin, task.ended - task.started) for task in tasks)
    physics = Physics(
        slots=deployed.concurrency,
        least=record.ready,
        most=deployed.most,
        start_seconds=record.start,
        start_spread=0,
    )
    decisions: list[float] = []

    class Observed(Fleet):
        def scale(self, count: int) -> None:
            before = self.desired
            Fleet.scale(self, count)
            if self.desired != before:
                decisions.append(self.now + record.begin)

    fleet = Observed(Workload("recorded", jobs, jobs[-1].at / HOUR), physics, protected=True, seed=1)
    step_scaling.ours(replace(deployed, least=record.ready)).install(fleet)
    return fleet.run().waits, decisions
