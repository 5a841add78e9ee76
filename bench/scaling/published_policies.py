"""Scaling policies of others, as they are published."""

from __future__ import annotations

import math
from collections import deque

from bench.scaling.fleet import Fleet
from bench.scaling.policies import Policy
from bench.scaling.step_scaling import ALARM_DELAY


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
