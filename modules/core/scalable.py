"""A service that scales, as its policies see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scalable:
    """Names of cluster and service, and the address that Application Auto Scaling knows the service by."""

    cluster: str
    service: str
    address: dict[str, str]
