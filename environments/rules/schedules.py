"""Schedules in the format of EventBridge Scheduler."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from functools import cache

from environments.errors import Problem, nearest
from environments.facts.cron import problem_in
from environments.model import Environment
from environments.rules.registry import rule


@rule("hibernation")
def hibernation_is_a_schedule(environment: Environment) -> Iterator[Problem]:
    """Hibernation has two different times in an existing time zone."""
    hibernation = environment.hibernation
    if hibernation is None:
        return
    yield from _problems({"hibernation.stop": hibernation.stop, "hibernation.start": hibernation.start})
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
    """The time of the clean-up is valid."""
    yield from _problems({"cleanup.schedule": environment.cleanup.schedule})


@cache
def _time_zones() -> frozenset[str]:
    """All time zones; empty on a machine without a time zone database."""
    return frozenset(zoneinfo.available_timezones())


def _problems(schedules: dict[str, str]) -> Iterator[Problem]:
    for path, cron in schedules.items():
        problem = problem_in(cron)
        if problem:
            yield Problem(path, f"{problem}; in {cron!r}")
