"""The comparison of policies: ratios to the bound over several seeds."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bench.scaling import clairvoyant
from bench.scaling.compare import compare
from bench.scaling.fleet import Fleet
from bench.scaling.outcome import Outcome
from bench.scaling.physics import Physics
from bench.scaling.policies import Policy
from bench.scaling.workloads import Workload, bursts

PHYSICS = Physics(slots=4, least=0, most=40)
FEW = Workload("few", bursts(1).jobs[:20], hours=1)


def _few(_seed: int) -> Workload:
    return FEW


def _install_nothing(_fleet: Fleet) -> None:
    return


@dataclass(frozen=True)
class Recorded(Policy):
    """A policy whose outcome is given for each seed."""

    outcomes: tuple[Outcome, ...] = ()

    def simulate(self, workload: Workload, physics: Physics, *, seed: int) -> Outcome:
        """The outcome of the seed, counted from 1."""
        del workload, physics
        return self.outcomes[seed - 1]


@pytest.mark.feature("A5")
def test_seed_without_a_bound_does_not_lower_the_mean_ratio() -> None:
    least = clairvoyant.cost_at(clairvoyant.variants(FEW, PHYSICS, seed=1), 1e9)
    patient = Outcome(waits=[1e9], worker_seconds=2 * least)
    faster_than_any_bound = Outcome(waits=[-1.0], worker_seconds=least)
    policy = Recorded("recorded", _install_nothing, protected=True, outcomes=(patient, faster_than_any_bound))
    (result,) = compare([policy], PHYSICS, seeds=[1, 2], workloads=[_few]).of_policies
    assert result.ratio.value == pytest.approx(2.0)
