"""How much an environment is used: assumed, or measured by its owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from terraform_gate.reading.json_file import UnreadableError, read_json

from report.errors import ReportError, with_fix

HOURS = 730
"""Hours of a month: 8,760 / 12, as AWS's own calculator counts."""


@dataclass(frozen=True)
class Profile:
    """Usage of a month.

    Attributes:
        busy_share: share of the distance from the smallest to the largest count that a scaled service runs on average.
        tasks: measured average number of Fargate tasks, by name of the service.
        internet_gb: GB through NAT gateways.
        endpoint_gb: GB through interface endpoints.
        log_gb: GB of ingested logs.
        bucket_gb: GB in each S3 bucket.
        image_gb: GB in each image repository.
        lcu: average load balancer capacity units.
        is_measured: whether the values come from a file.
    """

    busy_share: float = 0.25
    tasks: Mapping[str, float] = field(default_factory=dict)
    internet_gb: float = 100
    endpoint_gb: float = 100
    log_gb: float = 20
    bucket_gb: float = 50
    image_gb: float = 5
    lcu: float = 1
    is_measured: bool = False


ASSUMED = Profile()
_KEYS = tuple(item.name for item in fields(Profile) if item.name != "is_measured")


def read_profile(file: Path) -> Profile:
    """Read a measured profile: a JSON object with keys of :class:`Profile`.

    Raises:
        ReportError: the file cannot be read, or a key or value is not allowed.
    """
    try:
        document = read_json(file)
    except UnreadableError as error:
        raise ReportError(with_fix(error, f"give a JSON object with {', '.join(_KEYS)}")) from None
    if not isinstance(document, dict):
        raise ReportError(f"{file}: must be a JSON object. Fix: use the keys {', '.join(_KEYS)}")
    for key, value in document.items():
        _check(file, key, value)
    return Profile(**document, is_measured=True)


def _check(file: Path, key: str, value: Any) -> None:
    if key not in _KEYS:
        raise ReportError(f"{file}: unknown key {key!r}. Fix: use {', '.join(_KEYS)}")
    numbers = value.values() if key == "tasks" and isinstance(value, dict) else [value]
    if (key == "tasks") != isinstance(value, dict) or not all(_is_amount(number) for number in numbers):
        wanted = "an object of numbers by service" if key == "tasks" else "a number of at least 0"
        raise ReportError(f"{file}: {key}: must be {wanted}, got {value!r}. Fix: change it")
    if key == "busy_share" and value > 1:
        raise ReportError(f"{file}: busy_share: must be 0 to 1, got {value!r}. Fix: change it")


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
