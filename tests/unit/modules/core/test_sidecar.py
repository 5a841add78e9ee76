"""Sidecars."""

from __future__ import annotations

import pytest

from tests.reading import fargate_tasks
from tests.synthesis import deployed


@pytest.mark.feature("C7")
def test_sidecar_that_stops_does_not_stop_the_task() -> None:
    for task in fargate_tasks(deployed()).values():
        essential = [container.name for container in task.containers if container.body["essential"]]
        assert essential == [task.name]
