"""The settings of an ECS service: size, capacity and timeouts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """The size of one Fargate task.

    Args:
        cpu: CPU units (1024 for each vCPU).
        memory_mib: memory in MiB.
        ephemeral_storage_gib: ephemeral storage in GiB (21 to 200); the Fargate default of 20 GiB if ``None``.
    """

    cpu: int
    memory_mib: int
    ephemeral_storage_gib: int | None = None


@dataclass(frozen=True)
class Capacity:
    """The number of Fargate tasks of a service and their capacity providers.

    Args:
        count: number of Fargate tasks; for an autoscaled service, the number at the first apply.
        spot_percent: share of the tasks above ``on_demand_base`` that runs on Fargate Spot (0 to 100).
        on_demand_base: number of tasks that always run on demand.
    """

    count: int = 1
    spot_percent: int = 0
    on_demand_base: int = 0


@dataclass(frozen=True)
class ServiceSettings:
    """The settings of an ECS service that differ between environments.

    Args:
        size: size of each Fargate task.
        capacity: number of Fargate tasks and their capacity providers.
        stop_timeout: seconds between SIGTERM and SIGKILL (at most 120 on Fargate).
        exec_enabled: allow ECS Exec into the main container, whose root file system stays read-only.
    """

    size: Size
    capacity: Capacity = Capacity()
    stop_timeout: int = 30
    exec_enabled: bool = False
