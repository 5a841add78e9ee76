"""Our scaling policy as deployed: the sidecar, the alarms of CloudWatch and step scaling."""

from __future__ import annotations

import math
from collections import deque

from airflow_fargate.scaling_signal import PHASE, ScalingSignal

from bench.scaling.deployed import Deployed, Reaction
from bench.scaling.fleet import Fleet
from bench.scaling.policies import Policy

ALARM_DELAY = 20.0
"""Seconds from the end of a period of a minute until the alarm has evaluated it; an assumption, AWS publishes none."""
FAST_ALARM_DELAY = 5.0
"""The same for periods of less than a minute (high resolution); an assumption."""
REPEAT_SECONDS = 60.0
"""An alarm with an action of auto scaling repeats it once a minute while it is in state ALARM:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html"""


def ours(deployed: Deployed) -> Policy:
    """Step scaling on (queued + running) / concurrency minus the desired count, as the synthesized JSON says."""
    return Policy("airflow-fargate", lambda fleet: _StepScaling(fleet, deployed).install(), protected=True)


class _StepScaling:
    """The sidecar, CloudWatch and Application Auto Scaling on a simulated fleet."""

    def __init__(self, fleet: Fleet, deployed: Deployed) -> None:
        self._fleet, self._deployed = fleet, deployed
        self._signal, self._alarms = ScalingSignal(), Alarms(deployed)
        self._published: list[int] = []

    def install(self) -> None:
        deployed, fleet = self._deployed, self._fleet
        fleet.every(deployed.publish_seconds, self._publish, first=deployed.publish_seconds * PHASE)
        fleet.every(deployed.out.period, self._close, first=deployed.out.period)

    def _publish(self) -> None:
        fleet = self._fleet
        missing = fleet.needed - fleet.desired
        self._published.append(self._signal.number(missing, desired=fleet.desired, now=fleet.now))

    def _close(self) -> None:
        """The end of a period: its datapoint, the maximum, is evaluated a little later."""
        fleet, point = self._fleet, max(self._published, default=None)
        self._published.clear()

        def evaluate() -> None:
            fleet.scale(self._alarms.desired(point, desired=fleet.desired, now=fleet.now))

        fleet.at(fleet.now + alarm_delay(self._deployed.out.period), evaluate)


def alarm_delay(period: float) -> float:
    """Seconds from the end of a period until its alarm has evaluated it."""
    return ALARM_DELAY if period >= REPEAT_SECONDS else FAST_ALARM_DELAY


class Alarms:
    """The two alarms of a worker group and their step scaling policies with cool-downs."""

    def __init__(self, deployed: Deployed) -> None:
        self._out, self._back = deployed.out, deployed.back
        self._points: deque[float] = deque(maxlen=max(deployed.out.periods, deployed.back.periods))
        self._last = {"out": -math.inf, "in": -math.inf}
        self._added = 0
        self._acted: dict[str, float] = {}

    def desired(self, point: float | None, *, desired: int, now: float) -> int:
        """The desired count after a datapoint; None is a period without data, which does not breach."""
        self._points.append(0 if point is None else point)
        recent = list(self._points)
        if self._acts("out", now, breaching=_breaches(recent, self._out, above=True)):
            desired += self._addition(self._out.change(recent[-1]), now)
        if self._acts("in", now, breaching=_breaches(recent, self._back, above=False)):
            desired += self._removal(self._back.change(recent[-1]), now)
        return desired

    def _acts(self, alarm: str, now: float, *, breaching: bool) -> bool:
        """An alarm acts when it begins to breach, and then once a minute."""
        if not breaching:
            self._acted.pop(alarm, None)
            return False
        if now - self._acted.get(alarm, -math.inf) < REPEAT_SECONDS:
            return False
        self._acted[alarm] = now
        return True

    def _addition(self, change: int, now: float) -> int:
        """During the cool-down only what exceeds the last change is added."""
        cooling = now - self._last["out"] < self._out.cooldown
        extra = max(0, change - self._added if cooling else change)
        if extra:
            self._added = change
            self._last["out"] = now
        return extra

    def _removal(self, change: int, now: float) -> int:
        if now - max(self._last.values()) < self._back.cooldown:
            return 0
        if change:
            self._last["in"] = now
        return change


def _breaches(points: list[float], reaction: Reaction, *, above: bool) -> bool:
    recent = points[-reaction.periods :]
    return len(recent) == reaction.periods and all(
        point >= reaction.threshold if above else point <= reaction.threshold for point in recent
    )
