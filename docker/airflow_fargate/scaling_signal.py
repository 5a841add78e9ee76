"""Decides which number of missing workers the sidecar ``metrics`` publishes.

Airflow tasks that are known to be short count in part: a worker that is ready after a minute helps few of them.

An alarm of CloudWatch acts when it begins to breach, and then once a minute:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
A zero after each number that asks for workers returns the alarm to OK, so the next number acts at once, after 20
instead of 60 seconds. ``bench/scaling`` simulates this module.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

HOLD_SECONDS = 30.0
"""Time in which a request for workers is not repeated while the desired count is unchanged: CloudWatch and Application
Auto Scaling need some seconds, and a request that is repeated too early would be added to the first one."""
PHASE = 0.7
"""Part of a period of CloudWatch after which the number is published: late, so that the evaluated number is new."""

WHOLE_SECONDS = 100.0
"""Expected run time from which an Airflow task counts as one; a shorter one counts as its share of this time. About the
start time of a worker: until a new worker is ready, a slot has run 50 Airflow tasks of two seconds."""
WAITED_SECONDS = 180.0
"""Time in the queue after which an Airflow task counts as one whatever its expected run time is."""
MOST_NEW = 32
"""Instances that count of an Airflow task that has never succeeded, until its first instances show how long they run:
otherwise a first run of 300 Airflow tasks of two seconds starts a worker for every four of them."""
NEW_WAITED_SECONDS, NEW_RAN_SECONDS = 100.0, 30.0
"""Time in the queue, and run time, after which every instance of such an Airflow task counts."""
HISTORY = 20
"""Earlier successful instances of an Airflow task whose mean run time is expected."""


def weight(expected: float | None, *, waited: float = 0.0, ran: float = 0.0) -> float:
    """The part of a slot that an Airflow task needs; QUERY in :mod:`airflow_fargate.worker_load` computes the same.

    Args:
        expected: mean run time of earlier instances, seconds; None without one.
        waited: seconds in the queue, of a queued Airflow task.
        ran: seconds since the start of a running one.

    Example:
        >>> weight(None), weight(50.0), weight(600.0), weight(50.0, waited=200), weight(50.0, ran=101)
        (1.0, 0.5, 1.0, 1.0, 1.0)
    """
    if expected is None or waited > WAITED_SECONDS or ran > WHOLE_SECONDS:
        return 1.0
    return min(1.0, expected / WHOLE_SECONDS)


def is_new(expected: float | None, *, waited: float = 0.0, ran: float = 0.0) -> bool:
    """Whether nothing is known of an Airflow task yet; of such instances at most MOST_NEW count for each Airflow task.

    Args:
        expected, waited, ran: as for :func:`weight`.

    Example:
        >>> is_new(None), is_new(50.0), is_new(None, waited=101), is_new(None, ran=31)
        (True, False, False, False)
    """
    return expected is None and waited <= NEW_WAITED_SECONDS and ran <= NEW_RAN_SECONDS


@dataclass(slots=True)
class ScalingSignal:
    """The numbers of one worker group.

    Example:
        >>> signal = ScalingSignal()
        >>> signal.number(3, desired=0, now=0), signal.number(5, desired=0, now=10), signal.number(2, desired=3, now=20)
        (3, 0, 2)
    """

    _sent: int = 0
    _desired: int = 0
    _since: float = -math.inf

    def number(self, missing: int, *, desired: int, now: float) -> int:
        """The number to publish.

        Args:
            missing: workers that the load needs, minus ``desired``.
            desired: desired count of the ECS service.
            now: time, seconds.
        """
        self._sent = self._addition(missing, desired, now) if missing > 0 else self._removal(missing, desired)
        return self._sent

    def _addition(self, missing: int, desired: int, now: float) -> int:
        requested = desired == self._desired and now - self._since < HOLD_SECONDS
        if self._sent > 0 or requested:
            return 0
        self._desired, self._since = desired, now
        return missing

    def _removal(self, missing: int, desired: int) -> int:
        """A surplus is repeated until the desired count falls: its alarm needs two periods."""
        if self._sent < 0 and desired < self._desired:
            return 0
        if self._sent >= 0:
            self._desired, self._since = desired, -math.inf
        return missing


def seconds_to_publication(now: float, period: float) -> float:
    """Seconds from the time ``now`` (since the epoch, as CloudWatch's periods are) to the next publication.

    Two schedulers publish at the same time, so both see the same load and request the same workers.
    """
    return max(1.0, (PHASE * period - now) % period)
