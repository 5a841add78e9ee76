"""ECS services: deployment, desired count, capacity providers."""

from __future__ import annotations

import pytest

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import DISTINCT_TOPOLOGIES, LARGE


@pytest.mark.feature("C2")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_failed_deployment_is_rolled_back(topology: str) -> None:
    for name, (service, task) in services(deployed(topology=topology)).items():
        assert service.get("deployment_circuit_breaker") == {"enable": True, "rollback": True}, name
        assert service.body["deployment_minimum_healthy_percent"] == 100, name
        assert task.definition.body["skip_destroy"] is True, "the revision to roll back to stays"


@pytest.mark.feature("C6")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_terraform_ignores_changes_of_the_desired_count(topology: str) -> None:
    for name, (service, _) in services(deployed(topology=topology)).items():
        assert "desired_count" in service.get("lifecycle", "ignore_changes"), name


@pytest.mark.feature("T7")
def test_spot_share_is_above_the_on_demand_base() -> None:
    strategy = services(deployed(**LARGE))["worker-small"][0].blocks("capacity_provider_strategy")
    assert [dict(item) for item in strategy] == [
        {"base": 2, "capacity_provider": "FARGATE", "weight": 40},
        {"base": 0, "capacity_provider": "FARGATE_SPOT", "weight": 60},
    ]


@pytest.mark.feature("T7")
def test_service_without_spot_uses_on_demand_capacity_only() -> None:
    for name, (service, _) in services(deployed()).items():
        providers = [item["capacity_provider"] for item in service.blocks("capacity_provider_strategy")]
        assert providers == ["FARGATE"], name
