"""Containers run without root and capabilities, with an init process."""

from __future__ import annotations

import pytest

from tests.reading import fargate_tasks
from tests.synthesis import deployed
from tests.unit.modules.variants import DISTINCT_TOPOLOGIES


@pytest.mark.feature("C3")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_containers_have_an_init_process(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        for container in task.containers:
            assert container.body["linuxParameters"]["initProcessEnabled"] is True, (task.name, container.name)


@pytest.mark.feature("C7")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_containers_run_without_root_and_capabilities(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        for container in task.containers:
            where = (task.name, container.name)
            assert container.body["user"] == "50000:0", where
            assert container.body["privileged"] is False, where
            assert container.body["readonlyRootFilesystem"] is True, where
            assert container.body["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}, where
