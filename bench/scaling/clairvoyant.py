"""The bound: a policy that knows the future, with the same start time of workers.

It knows the load that the workload makes when no task waits, and starts workers so that they are ready when that load
comes. Starting them later, or limiting their number, makes tasks wait and costs less: together these variants give the
lowest cost for each waiting time.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass

from bench.scaling.fleet import Fleet
from bench.scaling.outcome import Outcome
from bench.scaling.physics import Physics
from bench.scaling.policies import Policy
from bench.scaling.workloads import Workload

TICK = 10.0
LEADS = (-180.0, -60.0, 0.0, 30.0, 60.0, 90.0)
"""Seconds by which a worker is started before the load; negative: after it."""
LIMITS = (1.0, 0.7, 0.45, 0.3, 0.2, 0.1, 0.05)
"""Upper bound of workers as a share of the highest load."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant of the clairvoyant policy and what it reached."""

    lead: float
    limit: float
    outcome: Outcome


def load_curve(workload: Workload) -> tuple[list[float], list[int]]:
    """Times and number of running tasks from each time on, when no task waits."""
    ends: dict[int, float] = {}
    changes: dict[float, int] = {}
    for index, job in enumerate(workload.jobs):  # a job refers only to earlier ones
        begin = max([job.at, *(ends[earlier] for earlier in job.after)])
        ends[index] = begin + job.seconds
        changes[begin] = changes.get(begin, 0) + 1
        changes[ends[index]] = changes.get(ends[index], 0) - 1
    times, loads, load = [0.0], [0], 0
    for time in sorted(changes):
        load += changes[time]
        times.append(time)
        loads.append(load)
    return times, loads


def variants(workload: Workload, physics: Physics, *, seed: int) -> list[Variant]:
    """Run every variant."""
    times, loads = load_curve(workload)
    peak = min(physics.most, math.ceil(max(loads) / physics.slots))
    found = []
    for limit in LIMITS:
        for lead in LEADS:
            policy = _policy(times, loads, lead, max(1, round(peak * limit)))
            found.append(Variant(lead, limit, policy.simulate(workload, physics, seed=seed)))
    return found


def cost_at(found: list[Variant], wait: float) -> float:
    """The lowest worker time of the variants whose 95th percentile of waiting is at most ``wait``; 0 without one."""
    return min((item.outcome.worker_seconds for item in found if item.outcome.wait(0.95) <= wait), default=0.0)


def _policy(times: list[float], loads: list[int], lead: float, most: int) -> Policy:
    def highest(begin: float, end: float) -> int:
        first = max(0, bisect.bisect_right(times, begin) - 1)
        last = max(first, bisect.bisect_right(times, end) - 1)
        return max(loads[first : last + 1])

    def install(fleet: Fleet) -> None:
        def look() -> None:
            now = fleet.now
            known = highest(now, now + lead) if lead >= 0 else highest(now + lead, now + lead)
            ideal = math.ceil(known / fleet.physics.slots)
            # Tasks that waited still need their workers when the ideal load is gone.
            late = min(fleet.wanted, max(fleet.desired, 1)) if fleet.load else 0
            fleet.scale(min(most, max(ideal, late)))

        fleet.every(TICK, look)

    return Policy("clairvoyant", install, protected=True)
