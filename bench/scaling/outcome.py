"""What a simulation measured."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(slots=True)
class Outcome:
    """What a simulation measured; times in seconds.

    Args:
        waits: time in the queue of each job, the longest over its tries.
        worker_seconds: billed time of all workers.
        killed: jobs that were killed by scale-in and ran again.
        actions: changes of the number of workers.
        surplus, missing: integral over time of workers above and below the number that the load needs.
    """

    waits: list[float] = field(default_factory=list)
    worker_seconds: float = 0.0
    killed: int = 0
    actions: int = 0
    surplus: float = 0.0
    missing: float = 0.0

    def wait(self, share: float) -> float:
        """The quantile ``share`` of the waits."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
