"""Scaling policies: ours as deployed, and others as they are published."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from airflow_fargate.scaling_signal import PHASE, ScalingSignal

from bench.scaling.deployed import Deployed, Reaction
from bench.scaling.fleet import Fleet, Outcome, Physics
from bench.scaling.workloads import Workload

ALARM_DELAY = 20.0
"""Seconds from the end of a period of a minute until the alarm has evaluated it; an assumption, AWS publishes none."""
FAST_ALARM_DELAY = 5.0
"""The same for periods of less than a minute (high resolution); an assumption."""
REPEAT_SECONDS = 60.0
"""An alarm with an action of auto scaling repeats it once a minute while it is in state ALARM:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html"""


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


def keda() -> Policy:
    """KEDA in the Helm chart: the same ratio every 5 s, through a HorizontalPodAutoscaler with its defaults."""

    def install(fleet: Fleet) -> None:
        recommended: deque[tuple[float, int]] = deque()
        idle_since = [0.0]

        def sync() -> None:
            wanted = fleet.wanted
            recommended.append((fleet.now, wanted))
            while recommended[0][0] < fleet.now - 300:
                recommended.popleft()
            if wanted > fleet.desired:
                if fleet.desired == 0 or wanted / fleet.desired > 1.1:
                    fleet.scale(min(wanted, max(fleet.desired + 4, fleet.desired * 2)))
            else:
                stable = max(count for _, count in recommended)
                fleet.scale(min(fleet.desired, max(stable, 1)))
            if fleet.load:
                idle_since[0] = fleet.now
            elif fleet.now - idle_since[0] >= 30:
                fleet.scale(0)

        fleet.every(15, sync)

    return Policy(
        "KEDA (Helm chart)",
        install,
        protected=False,
        grace_seconds=600,
        source="https://airflow.apache.org/docs/helm-chart/stable/keda.html; values.yaml of the chart; "
        "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    )


def astronomer() -> Policy:
    """Astronomer's formula: (queued + running) / concurrency, every 10 s; workers finish their tasks."""

    def install(fleet: Fleet) -> None:
        fleet.every(10, lambda: fleet.scale(fleet.wanted))

    return Policy(
        "Astronomer (formula)",
        install,
        protected=True,
        source="https://www.astronomer.io/docs/astro/celery-executor; the period and the drain are assumptions",
    )


def mwaa() -> Policy:
    """MWAA: (running + queued) / tasks per worker each minute; workers go when the load is lower for five minutes."""

    def install(fleet: Fleet) -> None:
        recent: deque[int] = deque(maxlen=5)

        def evaluate() -> None:
            recent.append(fleet.wanted)
            if recent[-1] > fleet.desired:
                fleet.scale(recent[-1])
            elif len(recent) == recent.maxlen and max(recent) < fleet.desired:
                fleet.scale(max(recent))

        fleet.every(60, evaluate, first=60 + ALARM_DELAY)

    return Policy(
        "MWAA (documented)",
        install,
        protected=True,
        source="https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-autoscaling.html; five minutes is the upper end "
        "of the time that the page names",
    )


def cpu_tracking(target: float = 0.6) -> Policy:
    """Target tracking on CPU, ECS' default cool-downs. Busy slots are taken as CPU, which is its best case."""

    def install(fleet: Fleet) -> None:
        use: deque[float] = deque(maxlen=15)
        last = [-math.inf]

        def evaluate() -> None:
            slots = fleet.ready_slots
            use.append(fleet.running / slots if slots else 0.0)
            if fleet.now - last[0] < 300:
                return
            high = len(use) >= 3 and min(list(use)[-3:]) > target
            low = len(use) == use.maxlen and max(use) < target * 0.9
            if high or low:
                last[0] = fleet.now
                fleet.scale(max(1, math.ceil(fleet.desired * use[-1] / target)))

        fleet.scale(max(1, fleet.desired))
        fleet.every(60, evaluate, first=60 + ALARM_DELAY)

    return Policy(
        "CPU target tracking",
        install,
        protected=False,
        source="https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html",
    )


def static() -> Policy:
    """As many workers as the upper bound, always."""
    return Policy("static, maximum", lambda fleet: fleet.scale(fleet.physics.most), protected=True)


def others() -> tuple[Policy, ...]:
    """The policies that ours is compared with."""
    return (keda(), astronomer(), mwaa(), cpu_tracking(), static())
