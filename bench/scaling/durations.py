"""The slots that our metrics sidecar asks for, by the durations of earlier jobs of the same kind."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from statistics import fmean

from airflow_fargate.scaling_signal import HISTORY, MOST_NEW, is_new, weight


class Durations:
    """The durations of the last jobs of each kind, in seconds."""

    def __init__(self) -> None:
        self._last: dict[str, deque[float]] = {}

    def record(self, kind: str, seconds: float) -> None:
        """Add the duration of a job that is done."""
        self._last.setdefault(kind, deque(maxlen=HISTORY)).append(seconds)

    def slots(self, jobs: Iterable[tuple[str, Mapping[str, float]]]) -> float:
        """Return the slots for jobs: the kind of each, and the seconds that it ``waited`` or ``ran``."""
        listed = list(jobs)
        expected = {
            kind: fmean(self._last[kind]) if kind in self._last else None for kind in {kind for kind, _ in listed}
        }
        slots, new = 0.0, Counter[str]()
        for kind, time in listed:
            if is_new(expected[kind], **time):
                new[kind] += 1
            else:
                slots += weight(expected[kind], **time)
        return slots + sum(min(count, MOST_NEW) for count in new.values())
