"""What every policy finds: the size of workers, their number and how long they take to start and to stop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Physics:
    """What is the same for every policy.

    Args:
        slots: Airflow tasks that one worker runs at a time.
        least, most: bounds of the number of workers.
        start_seconds: time from the decision until a new worker takes Airflow tasks.
        start_spread: uniform deviation of that time, as a share.
        grace_seconds: time that a stopped worker has for its Airflow tasks.
    """

    slots: int
    least: int
    most: int
    start_seconds: float = 75.0
    start_spread: float = 0.2
    grace_seconds: float = 120.0
