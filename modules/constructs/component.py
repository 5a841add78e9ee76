"""One Airflow process as an ECS service."""

from __future__ import annotations

from modules.core.service import EcsComponent


class Component(EcsComponent):
    """A component other than a worker: api-server, scheduler, dag-processor, triggerer, Flower or all in one."""
