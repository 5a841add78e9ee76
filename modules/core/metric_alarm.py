"""A number in CloudWatch that somebody wants to be told about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Watch:
    """One number to watch, and when it is wrong.

    ``silence_is_wrong`` says whether missing data breaches: a heartbeat that stops does, a metric of something that
    sleeps does not. ``minutes`` is how long it must be wrong.
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
    silence_is_wrong: bool = False
