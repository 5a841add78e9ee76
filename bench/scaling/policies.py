"""A scaling policy, which a simulation can run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.scaling.fleet import Fleet
from bench.scaling.outcome import Outcome
from bench.scaling.physics import Physics
from bench.scaling.workloads import Workload


@dataclass(frozen=True, slots=True)
class Policy:
    """A scaling policy.

    Args:
        name: as the tables show it.
        install: makes the policy act on a fleet.
        protected: busy workers are not stopped.
        grace_seconds: time that a stopped worker has for its Airflow tasks.
        source: where the policy is published.
    """

    name: str
    install: Callable[[Fleet], None]
    protected: bool
    grace_seconds: float = 120.0
    source: str = ""

    def simulate(self, workload: Workload, physics: Physics, *, seed: int) -> Outcome:
        """Run the workload under this policy."""
        fleet = Fleet(workload, replace(physics, grace_seconds=self.grace_seconds), protected=self.protected, seed=seed)
        self.install(fleet)
        return fleet.run()
