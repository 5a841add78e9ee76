"""Compares the deployed policy with the others on every workload, over several seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench.scaling import clairvoyant
from bench.scaling.outcome import Outcome
from bench.scaling.physics import Physics
from bench.scaling.policies import Policy
from bench.scaling.workloads import HOUR, SYNTHETIC, Workload

MOST_RATIO = 1.25
"""Largest accepted ratio of the deployed policy's worker time to that of the clairvoyant policy."""
STUDENT = (12.7, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
"""Two-sided 95 % quantiles of Student's t for 1 to 9 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds, with half of its 95 % interval (0 for one seed)."""

    value: float
    spread: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Mean:
        """The mean of values from different seeds."""
        found = list(values)
        if len(found) < 2:
            return cls(statistics.fmean(found), 0.0)
        quantile = STUDENT[len(found) - 2] if len(found) - 2 < len(STUDENT) else 2.2
        return cls(statistics.fmean(found), quantile * statistics.stdev(found) / len(found) ** 0.5)

    def __str__(self) -> str:
        return f"{self.value:.1f} ± {self.spread:.1f}"


@dataclass(frozen=True, slots=True)
class Result:
    """Means over all seeds for one policy on one workload; times in seconds.

    Args:
        hours: billed worker time, hours.
        ratio: worker time divided by that of the clairvoyant policy with the same 95th percentile of waiting, over
            the seeds in which a clairvoyant variant waits as little; 0 without any.
        killed: Airflow tasks that scale-in killed.
        actions: scaling actions an hour.
        surplus, missing: worker hours above and below what the load needs.
        by_seed: 95th percentile of waiting and worker hours for each seed.
    """

    workload: str
    policy: str
    wait50: float
    wait95: Mean
    wait99: float
    hours: Mean
    ratio: Mean
    killed: float
    actions: float
    surplus: float
    missing: float
    by_seed: tuple[tuple[float, float], ...]


@dataclass(slots=True)
class Results:
    """The results, and for each workload the waiting (p95) and worker hours of the best clairvoyant variants."""

    of_policies: list[Result] = field(default_factory=list)
    bounds: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


def compare(
    policies: Sequence[Policy],
    physics: Physics,
    *,
    seeds: Iterable[int],
    workloads: Iterable[Callable[[int], Workload]] = tuple(SYNTHETIC.values()),
) -> Results:
    """Simulate every policy on every workload."""
    seeds, results = list(seeds), Results()
    for make in workloads:
        runs: dict[str, list[tuple[Workload, Outcome, float]]] = {policy.name: [] for policy in policies}
        variants = []
        for seed in seeds:
            workload = make(seed)
            variants.append(bound := clairvoyant.variants(workload, physics, seed=seed))
            for policy in policies:
                outcome = policy.simulate(workload, physics, seed=seed)
                least = clairvoyant.cost_at(bound, outcome.wait(0.95))
                runs[policy.name].append((workload, outcome, outcome.worker_seconds / least if least else 0.0))
        results.of_policies += [_result(name, found) for name, found in runs.items()]
        results.bounds[workload.name] = _front([*map(_point, zip(*variants, strict=True))])
    return results


def _point(seeds: Sequence[clairvoyant.Variant]) -> tuple[float, float]:
    """The mean waiting and cost of one variant over all seeds."""
    outcomes = [variant.outcome for variant in seeds]
    return (
        statistics.fmean(outcome.wait(0.95) for outcome in outcomes),
        statistics.fmean(outcome.worker_seconds / HOUR for outcome in outcomes),
    )


def _front(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points that no other point beats in waiting and in cost: the Pareto front, where every task ran."""
    front: list[tuple[float, float]] = []
    for wait, hours in sorted(points):
        if math.isfinite(wait) and (not front or hours < front[-1][1]):
            front.append((wait, hours))
    return front


def _result(policy: str, runs: list[tuple[Workload, Outcome, float]]) -> Result:
    outcomes = [outcome for _, outcome, _ in runs]
    by_seed = tuple((outcome.wait(0.95), outcome.worker_seconds / HOUR) for outcome in outcomes)

    def mean(values: Iterable[float]) -> float:
        return statistics.fmean(values)

    return Result(
        workload=runs[0][0].name,
        policy=policy,
        wait50=mean(outcome.wait(0.5) for outcome in outcomes),
        wait95=Mean.of(wait for wait, _ in by_seed),
        wait99=mean(outcome.wait(0.99) for outcome in outcomes),
        hours=Mean.of(hours for _, hours in by_seed),
        ratio=Mean.of([ratio for _, _, ratio in runs if ratio] or [0.0]),
        killed=mean(outcome.killed for outcome in outcomes),
        actions=mean(outcome.actions / workload.hours for workload, outcome, _ in runs),
        surplus=mean(outcome.surplus / HOUR for outcome in outcomes),
        missing=mean(outcome.missing / HOUR for outcome in outcomes),
        by_seed=by_seed,
    )


@dataclass(frozen=True, slots=True)
class Better:
    """A policy that costs less than another one and makes tasks wait less.

    Args:
        wait: seconds of waiting (p95) that it saves; the seeds are compared pairwise.
        hours: worker hours that it saves.
        total: worker hours of the other policy.
    """

    workload: str
    policy: str
    wait: Mean
    hours: Mean
    total: float

    @property
    def certain(self) -> bool:
        """Whether both 95 % intervals exclude zero."""
        return all(mean.value > mean.spread for mean in (self.wait, self.hours))


def dominating(results: Sequence[Result], policy: str) -> list[Better]:
    """The policies that cost less than ``policy`` and make tasks wait less, in the mean over all seeds."""
    own = {result.workload: result for result in results if result.policy == policy}
    found = [
        Better(
            result.workload, result.policy, *_savings(own[result.workload], result), own[result.workload].hours.value
        )
        for result in results
        if result.policy != policy
    ]
    return [item for item in found if item.wait.value > 0 and item.hours.value > 0]


def _savings(own: Result, other: Result) -> tuple[Mean, Mean]:
    pairs = [
        (wait - other_wait, hours - other_hours)
        for (wait, hours), (other_wait, other_hours) in zip(own.by_seed, other.by_seed, strict=True)
    ]
    return Mean.of(wait for wait, _ in pairs), Mean.of(hours for _, hours in pairs)
