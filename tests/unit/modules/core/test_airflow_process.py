"""Health checks and commands of the Airflow processes."""

from __future__ import annotations

import pytest

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import DISTINCT_TOPOLOGIES, LARGE


@pytest.mark.feature("C1")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_health_check_of_each_service_checks_its_own_process(topology: str) -> None:
    for name, (_, task) in services(deployed(topology=topology)).items():
        check = task.main.body["healthCheck"]
        assert check["command"][:3] == ["CMD", "python", "/opt/airflow-fargate/health.py"], name
        assert check["timeout"] < check["interval"]
        assert 60 <= check["startPeriod"] <= 300, (
            "more than was measured at a quarter of a vCPU, no more than ECS allows"
        )


@pytest.mark.feature("T2")
def test_each_service_runs_and_checks_its_own_process() -> None:
    for name, (_, task) in services(deployed(**LARGE)).items():
        process = "worker" if name.startswith("worker-") else name
        assert task.main.command == [process]
        assert task.main.body["healthCheck"]["command"][-1] == process, name


@pytest.mark.feature("T4")
def test_scheduler_without_heartbeat_is_replaced() -> None:
    service, task = services(deployed())["scheduler"]
    check = task.main.body["healthCheck"]
    assert check["command"] == ["CMD", "python", "/opt/airflow-fargate/health.py", "scheduler"]
    assert check["interval"] * check["retries"] <= 120, "two minutes until ECS replaces it"
    assert task.main.body["essential"] is True
    assert service.body["desired_count"] == 1
