"""ECS services: deployment, desired count, capacity providers."""

from __future__ import annotations

import pytest

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import DISTINCT_TOPOLOGIES, LARGE, SINGLE_BY_DAY


@pytest.mark.feature("C2")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_failed_deployment_is_rolled_back(topology: str) -> None:
    for name, (service, task) in services(deployed(topology=topology)).items():
        assert service.get("deployment_circuit_breaker") == {"enable": True, "rollback": True}, name
        assert service.body["deployment_minimum_healthy_percent"] == 100, name
        assert task.definition.body["skip_destroy"] is True, "the revision to roll back to stays"


@pytest.mark.feature("C6")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_terraform_ignores_the_desired_count_of_autoscaled_services_only(topology: str) -> None:
    deployment = deployed(topology=topology)
    scaled = {target.body["resource_id"].rsplit("/")[-1] for target in deployment.of("aws_appautoscaling_target")}
    for name, (service, _) in services(deployment).items():
        ignored = service.get("lifecycle", "ignore_changes") or ()
        assert ("desired_count" in ignored) is (name in scaled), name


@pytest.mark.feature("C6")
def test_fixed_count_of_a_component_reaches_the_service() -> None:
    names = ("scheduler", "dag_processor", "triggerer", "flower")
    deployment = deployed(components={name: {"count": 2} for name in names})
    for name in names:
        service, _ = services(deployment)[name.replace("_", "-")]
        assert service.body["desired_count"] == 2, name
        assert "desired_count" not in (service.get("lifecycle", "ignore_changes") or ()), name


@pytest.mark.feature("C6")
def test_schedule_sets_the_count_of_an_environment_that_sleeps() -> None:
    deployment = deployed(**SINGLE_BY_DAY)
    assert deployment.environment.hibernation
    for name, (service, _) in services(deployment).items():
        assert "desired_count" in service.get("lifecycle", "ignore_changes"), f"{name}: a deployment would wake it"


@pytest.mark.feature("C2")
def test_zone_rebalancing_does_not_depend_on_the_provider_and_never_moves_workers() -> None:
    for name, (service, _) in services(deployed()).items():
        expected = "DISABLED" if name.startswith("worker-") else "ENABLED"
        assert service.body["availability_zone_rebalancing"] == expected, name


@pytest.mark.feature("C6")
def test_internal_name_can_be_deleted_while_instances_are_registered() -> None:
    deployed().template.every("aws_service_discovery_service", force_destroy=True)


@pytest.mark.feature("C6")
def test_change_of_the_spot_share_updates_the_service() -> None:
    deployed().template.every("aws_ecs_service", force_new_deployment=True)


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


@pytest.mark.feature("C2")
def test_internal_name_leads_to_healthy_tasks_only() -> None:
    """ECS reports the health of a container to Cloud Map only with this setting."""
    deployed().template.every("aws_service_discovery_service", health_check_custom_config={"failure_threshold": 1})
