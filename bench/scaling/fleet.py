"""Discrete-event simulation of one worker group: queue, workers with slots, cold starts, scale-in."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bench.scaling.durations import Durations
from bench.scaling.outcome import Outcome
from bench.scaling.physics import Physics
from bench.scaling.workloads import HOUR, Workload

MOST_EXTRA = 24 * HOUR
MINIMUM_BILLED = 60.0
"""Fargate bills at least a minute: https://aws.amazon.com/fargate/pricing/"""


@dataclass(slots=True, eq=False)
class Worker:
    """A worker: billed from ``began`` until it is removed."""

    began: float
    ready: bool = False
    stopping: bool = False
    jobs: set[int] = field(default_factory=set)


class Fleet:
    """Runs a workload; a policy sets :attr:`desired` through :meth:`scale`.

    Args:
        protected: a busy worker is not stopped by scale-in (ECS task protection); otherwise it gets SIGTERM, takes no
            further job, and after the grace time its jobs are killed and queued again.
    """

    def __init__(self, workload: Workload, physics: Physics, *, protected: bool, seed: int) -> None:
        self.physics, self.now, self.outcome = physics, 0.0, Outcome()
        self.desired = physics.least
        self.running = 0
        self._workload, self._protected, self._random = workload, protected, random.Random(seed)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._queue: deque[int] = deque()
        self._queued_at: dict[int, float] = {}
        self._waited: dict[int, float] = {}
        self._began: dict[int, float] = {}
        self._durations = Durations()
        self._left = len(workload.jobs)
        self._blocked = {index: len(job.after) for index, job in enumerate(workload.jobs) if job.after}
        self._dependents: dict[int, list[int]] = {}
        for index, job in enumerate(workload.jobs):
            for earlier in job.after:
                self._dependents.setdefault(earlier, []).append(index)
            if not job.after:
                self.at(job.at, lambda index=index: self._enqueue(index))
        self._workers: list[Worker] = []
        self._idle: deque[Worker] = deque()  # a slot each, the longest idle first, as Redis serves waiting clients
        self._measured = 0.0
        for _ in range(physics.least):
            self._workers.append(Worker(began=0.0))
            self._make_ready(self._workers[-1])

    @property
    def load(self) -> int:
        """Queued plus running jobs."""
        return len(self._queue) + self.running

    @property
    def ready_slots(self) -> int:
        """Slots of workers that take jobs."""
        return self.physics.slots * sum(worker.ready and not worker.stopping for worker in self._workers)

    @property
    def wanted(self) -> int:
        """Workers that run all queued and running jobs at once."""
        return math.ceil(self.load / self.physics.slots)

    @property
    def needed(self) -> int:
        """Workers that our sidecar aims at: jobs whose earlier instances were short count in part, new ones in part."""
        jobs = self._workload.jobs
        waiting = [(jobs[index].kind, {"waited": self.now - self._queued_at[index]}) for index in self._queue]
        running = [(jobs[index].kind, {"ran": self.now - began}) for index, began in self._began.items()]
        return math.ceil(round(self._durations.slots([*waiting, *running]) / self.physics.slots, 6))

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Call ``action`` at ``time``."""
        self._number += 1
        heapq.heappush(self._events, (time, self._number, action))

    def every(self, period: float, action: Callable[[], None], *, first: float = 0.0) -> None:
        """Call ``action`` every ``period`` seconds while the simulation lasts."""

        def again() -> None:
            action()
            if not self._is_over():
                self.at(self.now + period, again)

        self.at(first, again)

    def scale(self, count: int) -> None:
        """Set the desired number of workers within the bounds."""
        count = min(self.physics.most, max(self.physics.least, count))
        if count != self.desired:
            self.desired = count
            self.outcome.actions += 1
            self._reconcile()

    def run(self) -> Outcome:
        """Run until all jobs are done and the time of the workload is over."""
        while self._events and not self._is_over():
            time, _, action = heapq.heappop(self._events)
            self._measure(time)
            action()
        for worker in list(self._workers):
            self._remove(worker)
        self.outcome.waits = [*self._waited.values(), *(math.inf for _ in range(self._left - self.running))]
        return self.outcome

    def _is_over(self) -> bool:
        """All jobs are done and the time is over; or a policy that starts no workers has had a day more."""
        end = self._workload.hours * HOUR
        return (not self._left and self.now >= end) or self.now >= end + MOST_EXTRA

    def _measure(self, time: float) -> None:
        if time > self.now:
            difference = (len(self._workers) - self.wanted) * (time - self.now)
            self.outcome.surplus += max(0.0, difference)
            self.outcome.missing += max(0.0, -difference)
            self.now = time

    def _enqueue(self, index: int) -> None:
        self._queued_at[index] = self.now
        self._queue.append(index)
        self._assign()

    def _assign(self) -> None:
        while self._queue and self._idle:
            worker = self._idle.popleft()
            if worker.stopping or worker not in self._workers:
                continue
            index = self._queue.popleft()
            self._waited[index] = max(self._waited.get(index, 0.0), self.now - self._queued_at[index])
            worker.jobs.add(index)
            self._began[index] = self.now
            self.running += 1
            self.at(self.now + self._workload.jobs[index].seconds, partial(self._finish, worker, index))

    def _finish(self, worker: Worker, index: int) -> None:
        if index not in worker.jobs or worker not in self._workers:
            return  # it was killed
        worker.jobs.remove(index)
        job, began = self._workload.jobs[index], self._began.pop(index)
        self._durations.record(job.kind, self.now - began)
        self.running -= 1
        self._left -= 1
        for dependent in self._dependents.get(index, ()):
            self._blocked[dependent] -= 1
            if not self._blocked[dependent]:
                self._enqueue(dependent)
        if worker.stopping and not worker.jobs:
            self._remove(worker)
        elif not worker.stopping:
            self._idle.append(worker)
            if not worker.jobs:
                self._reconcile()
        self._assign()

    def _make_ready(self, worker: Worker) -> None:
        if worker in self._workers and not worker.stopping:
            worker.ready = True
            self._idle.extend([worker] * self.physics.slots)
            self._assign()

    def _reconcile(self) -> None:
        """What ECS does: start missing workers, stop surplus ones, first those that do not work yet."""
        active = [worker for worker in self._workers if not worker.stopping]
        for _ in range(self.desired - len(active)):
            self._start()
        surplus = len(active) - self.desired
        if surplus > 0:
            idle = [worker for worker in active if not worker.jobs]
            self._random.shuffle(idle)
            idle.sort(key=lambda worker: worker.ready)
            for worker in idle[:surplus]:
                self._remove(worker)
            busy = [worker for worker in active if worker.jobs]
            if not self._protected:
                for worker in self._random.sample(busy, max(0, min(surplus - len(idle), len(busy)))):
                    self._terminate(worker)

    def _start(self) -> None:
        physics, worker = self.physics, Worker(began=self.now)
        self._workers.append(worker)
        deviation = self._random.uniform(-physics.start_spread, physics.start_spread)
        self.at(self.now + physics.start_seconds * (1 + deviation), lambda: self._make_ready(worker))

    def _terminate(self, worker: Worker) -> None:
        worker.stopping = True
        self.at(self.now + self.physics.grace_seconds, lambda: self._kill(worker))

    def _kill(self, worker: Worker) -> None:
        if worker in self._workers:
            lost = list(worker.jobs)
            self._remove(worker)
            self.outcome.killed += len(lost)
            self.running -= len(lost)
            for index in lost:
                del self._began[index]
                self._enqueue(index)

    def _remove(self, worker: Worker) -> None:
        self._workers.remove(worker)
        worker.stopping = True
        self.outcome.worker_seconds += max(MINIMUM_BILLED, self.now - worker.began)
