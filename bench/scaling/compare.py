"""Compares the deployed policy with the others on every workload, over several seeds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.scaling import clairvoyant
from bench.scaling.fleet import Outcome, Physics
from bench.scaling.policies import Policy
from bench.scaling.workloads import HOUR, SYNTHETIC, Workload

MOST_RATIO = 1.25
"""Largest accepted ratio of the deployed policy's worker time to that of the clairvoyant policy."""


@dataclass(frozen=True, slots=True)
class Result:
    """Means over all seeds for one policy on one workload; times in seconds.

    Args:
        hours: billed worker time, hours.
        spread: half of the 95 % interval of ``hours``.
        ratio: worker time divided by that of the clairvoyant policy with the same 95th percentile of waiting;
            0 where the clairvoyant policy makes tasks wait longer in every variant.
        killed: Airflow tasks that scale-in killed.
        actions: scaling actions an hour.
        surplus, missing: worker hours above and below what the load needs.
    """

    workload: str
    policy: str
    wait50: float
    wait95: float
    wait99: float
    hours: float
    spread: float
    ratio: float
    killed: float
    actions: float
    surplus: float
    missing: float


def compare(
    policies: Sequence[Policy],
    physics: Physics,
    *,
    seeds: Iterable[int],
    workloads: Sequence[Callable[[int], Workload]] = SYNTHETIC,
) -> list[Result]:
    """Simulate every policy on every workload."""
    seeds, results = list(seeds), []
    for make in workloads:
        runs: dict[str, list[tuple[Workload, Outcome, float]]] = {policy.name: [] for policy in policies}
        for seed in seeds:
            workload = make(seed)
            bound = clairvoyant.variants(workload, physics, seed=seed)
            for policy in policies:
                outcome = policy.simulate(workload, physics, seed=seed)
                least = clairvoyant.cost_at(bound, outcome.wait(0.95))
                runs[policy.name].append((workload, outcome, outcome.worker_seconds / least if least else 0.0))
        results += [_result(name, found) for name, found in runs.items()]
    return results


def _result(policy: str, runs: list[tuple[Workload, Outcome, float]]) -> Result:
    outcomes = [outcome for _, outcome, _ in runs]
    hours = [outcome.worker_seconds / HOUR for outcome in outcomes]
    spread = 1.96 * statistics.stdev(hours) / len(hours) ** 0.5 if len(hours) > 1 else 0.0

    def mean(values: Iterable[float]) -> float:
        return statistics.fmean(values)

    return Result(
        workload=runs[0][0].name,
        policy=policy,
        wait50=mean(outcome.wait(0.5) for outcome in outcomes),
        wait95=mean(outcome.wait(0.95) for outcome in outcomes),
        wait99=mean(outcome.wait(0.99) for outcome in outcomes),
        hours=mean(hours),
        spread=spread,
        ratio=mean(ratio for _, _, ratio in runs),
        killed=mean(outcome.killed for outcome in outcomes),
        actions=mean(outcome.actions / workload.hours for workload, outcome, _ in runs),
        surplus=mean(outcome.surplus / HOUR for outcome in outcomes),
        missing=mean(outcome.missing / HOUR for outcome in outcomes),
    )


def dominated(results: Sequence[Result], policy: str) -> list[tuple[str, str]]:
    """Workload and policy for each policy that costs less than ``policy`` and makes tasks wait less."""
    own = {result.workload: result for result in results if result.policy == policy}
    return [
        (result.workload, result.policy)
        for result in results
        if result.policy != policy
        and result.hours < own[result.workload].hours
        and result.wait95 < own[result.workload].wait95
    ]
