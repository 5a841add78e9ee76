"""The reference to an ECS service that Application Auto Scaling scales."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scalable:
    """A registered scalable target.

    Args:
        cluster: name of the ECS cluster.
        service: name of the ECS service.
        address: arguments that identify the target to Application Auto Scaling: ``service_namespace``,
            ``scalable_dimension`` and ``resource_id``.
    """

    cluster: str
    service: str
    address: dict[str, str]
