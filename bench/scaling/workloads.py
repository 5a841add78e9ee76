"""Workloads: Airflow tasks with the time at which they are queued, their run time and the tasks they wait for."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Job:
    """An Airflow task.

    Args:
        at: seconds from the begin at which its DAG run queues it, if it waits for no other task.
        seconds: its run time.
        after: positions, in the list of jobs, of the tasks that must succeed first.
        kind: the task of the DAG that it is an instance of: earlier instances tell how long it may run.
    """

    at: float
    seconds: float
    after: tuple[int, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """Jobs of one worker group.

    Args:
        jobs: in any order.
        hours: simulated time; jobs that still run then are finished.
    """

    name: str
    jobs: tuple[Job, ...]
    hours: float

    @property
    def busy_seconds(self) -> float:
        """Run time of all jobs."""
        return sum(job.seconds for job in self.jobs)


class TraceError(Exception):
    """A file of tasks cannot be used; the message names the line and the fix."""


def _poisson(generator: random.Random, *, rate: Callable[[float], float], most: float, hours: float) -> Iterator[float]:
    """Times of a Poisson process whose rate (per second, at most ``most``) varies: thinning."""
    time = 0.0
    while (time := time + generator.expovariate(most)) < hours * HOUR:
        if generator.random() < rate(time) / most:
            yield time


def _runtime(generator: random.Random, *, median: float, spread: float) -> float:
    """A log-normal run time, seconds: most are short, some are long."""
    return max(2.0, median * generator.lognormvariate(0.0, spread))


def cron_peaks(seed: int) -> Workload:
    """Many DAGs at the full hour, some at the quarter hours: 12 hours."""
    generator, jobs = random.Random(seed), []
    for quarter in range(48):
        count = 60 if quarter % 4 == 0 else 12
        for _ in range(count + generator.randrange(count // 3)):
            at = quarter * 900 + generator.uniform(0, 30)
            jobs.append(Job(at, _runtime(generator, median=60, spread=0.8)))
    return Workload("cron peaks", tuple(jobs), 12)


def bursts(seed: int) -> Workload:
    """Long quiet times and a few sudden backfills of some hundred tasks: 12 hours."""
    generator, jobs = random.Random(seed), []
    for at in _poisson(generator, rate=lambda _time: 1 / 600, most=1 / 600, hours=12):
        jobs.append(Job(at, _runtime(generator, median=30, spread=0.6)))
    for _ in range(5):
        at = generator.uniform(0.5, 11) * HOUR
        jobs += [
            Job(at + generator.uniform(0, 20), _runtime(generator, median=120, spread=0.5), kind="backfill")
            for _ in range(200)
        ]
    return Workload("bursts", tuple(jobs), 12)


def long_tails(seed: int) -> Workload:
    """A steady stream in which one task of fifty runs for an hour or more: 24 hours."""
    generator, jobs = random.Random(seed), []
    for at in _poisson(generator, rate=lambda _time: 1 / 30, most=1 / 30, hours=22):
        long = generator.random() < 0.02
        seconds = generator.uniform(1, 2) * HOUR if long else _runtime(generator, median=45, spread=1.0)
        jobs.append(Job(at, seconds, kind="long" if long else "short"))
    return Workload("long tails", tuple(jobs), 24)


def ramp(seed: int) -> Workload:
    """A load that grows to a peak over six hours and falls again: 12 hours."""
    generator, most = random.Random(seed), 1 / 4

    def rate(time: float) -> float:
        return most * (1 - abs(time / HOUR - 6) / 6)

    times = _poisson(generator, rate=rate, most=most, hours=12)
    return Workload("ramp", tuple(Job(at, _runtime(generator, median=90, spread=0.7)) for at in times), 12)


def idle_nights(seed: int) -> Workload:
    """Two days: busy from 8 to 18 o'clock, nearly nothing at night."""
    generator, most = random.Random(seed), 1 / 12

    def rate(time: float) -> float:
        return most if 8 <= time / HOUR % 24 < 18 else most / 100

    times = _poisson(generator, rate=rate, most=most, hours=48)
    return Workload("idle nights", tuple(Job(at, _runtime(generator, median=90, spread=0.8)) for at in times), 48)


def task_graphs(seed: int) -> Workload:
    """DAG runs that fan out, join and fan out again, every half hour: 12 hours."""
    generator, jobs = random.Random(seed), list[Job]()
    for start in range(24):
        at = start * 1800 + generator.uniform(0, 60)
        extract = len(jobs)
        jobs.append(Job(at, _runtime(generator, median=120, spread=0.4), kind="extract"))
        first = range(len(jobs), len(jobs) + generator.randrange(20, 60))
        jobs += [Job(at, _runtime(generator, median=60, spread=0.8), (extract,), "load") for _ in first]
        join = len(jobs)
        jobs.append(Job(at, _runtime(generator, median=45, spread=0.4), tuple(first), "join"))
        jobs += [
            Job(at, _runtime(generator, median=90, spread=0.8), (join,), "report")
            for _ in range(generator.randrange(5, 30))
        ]
    return Workload("task graphs", tuple(jobs), 12)


SYNTHETIC: dict[str, Callable[[int], Workload]] = {
    "cron peaks": cron_peaks,
    "bursts": bursts,
    "long tails": long_tails,
    "ramp": ramp,
    "idle nights": idle_nights,
    "task graphs": task_graphs,
}


def read_trace(path: Path) -> Workload:
    """A workload from a CSV file with the columns ``queued_at``, ``started_at`` and ``ended_at`` (ISO 8601).

    The column ``task`` is optional: rows with the same value are instances of one task. docs/scaling.md has the query.
    Rows without one of the times are tasks that never ran; they are an error, because leaving them out would make the
    workload smaller than it was.

    Raises:
        TraceError: the file, a column or a value is missing or malformed.
    """
    columns = ("queued_at", "started_at", "ended_at")
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise TraceError(f"{path}: column {missing[0]} is missing. Fix: give a file with {', '.join(columns)}")
            rows = [
                (
                    reader.line_num,
                    row.get("task") or "",
                    *(_time(path, reader.line_num, name, row[name]) for name in columns),
                )
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TraceError(f"{path} cannot be read: {error}. Fix: give a CSV file in UTF-8") from None
    if not rows:
        raise TraceError(f"{path} has no tasks. Fix: export a longer time")
    begin = min(queued for _, _, queued, _, _ in rows)
    jobs = []
    for line, kind, queued, started, ended in rows:
        if not queued <= started <= ended:
            raise TraceError(f"{path}:{line}: queued_at, started_at and ended_at are not in order. Fix: remove the row")
        jobs.append(Job(queued - begin, max(1.0, ended - started), kind=kind))
    return Workload(path.stem, tuple(jobs), (max(ended for *_, ended in rows) - begin) / HOUR)


def _time(path: Path, line: int, column: str, text: str | None) -> float:
    try:
        time = datetime.fromisoformat(text or "")
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        raise TraceError(
            f"{path}:{line}: {column}: must be a time such as 2026-11-27T10:00:00+00:00, got {text!r}. Fix: leave out "
            "Airflow tasks that never ran; the query in docs/scaling.md does"
        ) from None
