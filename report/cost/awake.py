"""The share of a week in which an environment with hibernation runs."""

from __future__ import annotations

from environments.facts.cron import DAYS
from environments.sections.operation import Hibernation

MINUTES = 7 * 24 * 60


def awake_share(hibernation: Hibernation | None) -> float:
    """Share of the time between ``start`` and ``stop``, 0 to 1; 1 without a schedule.

    Days of the month and months are ignored: the result is the share of a week in which both apply.
    """
    if hibernation is None:
        return 1.0
    starts, stops = _minutes(hibernation.start), _minutes(hibernation.stop)
    awake = 0
    for start in starts:
        following = min(((stop - start) % MINUTES for stop in stops), default=MINUTES)
        until_next_start = min(((other - start) % MINUTES or MINUTES for other in starts), default=MINUTES)
        awake += min(following or MINUTES, until_next_start)
    return min(awake / MINUTES, 1.0)


def _minutes(cron: str) -> list[int]:
    minute, hour, _, _, day = cron.split()
    days = {int(value) % 7 for value in _values(day.upper(), range(8))}
    return [
        (one_day * 24 + one_hour) * 60 + one_minute
        for one_day in sorted(days)
        for one_hour in _values(hour, range(24))
        for one_minute in _values(minute, range(60))
    ]


def _values(text: str, allowed: range) -> list[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        first = allowed.start if low == "*" else _number(low)
        last = allowed.stop - 1 if low == "*" or (step and not high) else _number(high or low)
        found.update(range(first, last + 1, int(step or 1)))
    return sorted(found)


def _number(word: str) -> int:
    return DAYS.index(word) if word in DAYS else int(word)
