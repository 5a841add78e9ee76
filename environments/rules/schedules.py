"""A4, D4: schedules that EventBridge takes."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from functools import cache

from environments.errors import Problem, nearest
from environments.facts.cron import mistake_in
from environments.model import Environment
from environments.rules.registry import rule


@rule("hibernation")
def hibernation_is_a_schedule(environment: Environment) -> Iterator[Problem]:
    """Two different times in a time zone that exists."""
    hibernation = environment.hibernation
    if hibernation is None:
        return
    yield from _mistakes({"hibernation.stop": hibernation.stop, "hibernation.start": hibernation.start})
    if hibernation.stop == hibernation.start:
        yield Problem("hibernation.start", f"must differ from stop, got {hibernation.start!r} for both")
    known = _time_zones()
    if known and hibernation.timezone not in known:
        yield Problem(
            "hibernation.timezone",
            f"must be an IANA time zone, got {hibernation.timezone!r}{nearest(hibernation.timezone, known)}",
        )


@rule("cleanup")
def cleanup_is_a_schedule(environment: Environment) -> Iterator[Problem]:
    """A time that EventBridge takes."""
    yield from _mistakes({"cleanup.schedule": environment.cleanup.schedule})


@cache
def _time_zones() -> frozenset[str]:
    """Read from disk once; empty on a machine without a time zone database."""
    return frozenset(zoneinfo.available_timezones())


def _mistakes(schedules: dict[str, str]) -> Iterator[Problem]:
    for path, cron in schedules.items():
        mistake = mistake_in(cron)
        if mistake:
            yield Problem(path, f"{mistake}; in {cron!r}")
