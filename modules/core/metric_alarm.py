"""The definition of one CloudWatch metric alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MetricAlarm:
    """A CloudWatch metric with the threshold that raises an alarm.

    Args:
        name: suffix of the alarm's name.
        why: what is wrong when the alarm fires; becomes the alarm's description.
        namespace: CloudWatch namespace of the metric.
        metric: name of the metric.
        dimensions: dimensions of the metric, by name.
        threshold: value beyond which a data point breaches, in the unit of the metric.
        statistic: CloudWatch statistic over one minute.
        below: breach below the threshold instead of above it.
        minutes: consecutive minutes that must breach before the alarm fires.
        missing_data_is_breaching: treat a minute without data as a breach, as for a heartbeat that stopped. The
            default suits a metric of a component that may be stopped.
    """

    name: str
    why: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    threshold: float
    statistic: str = "Maximum"
    below: bool = False
    minutes: int = 5
    missing_data_is_breaching: bool = False
