"""Components of each topology."""

from __future__ import annotations

import pytest

from environments import load_all
from environments.errors import InvalidEnvironment
from environments.facts.fargate_sizes import MEMORY_MIB
from tests.reading import fargate_tasks, services
from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE, SERVICES

BROKER_TYPES = {
    "aws_elasticache_replication_group",
    "aws_elasticache_parameter_group",
    "aws_elasticache_subnet_group",
}
SCALING_TYPES = {"aws_appautoscaling_target", "aws_appautoscaling_policy"}


@pytest.mark.feature("T7")
@pytest.mark.parametrize("topology", ["sequential", "single", "local_executor", "ecs", "celery"])
def test_sizes_are_valid_on_fargate(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        cpu, memory = task.size
        assert memory in MEMORY_MIB[cpu], f"{task.name}: {cpu} CPU units with {memory} MiB"


@pytest.mark.feature("T7")
def test_environment_with_invalid_fargate_size_is_rejected() -> None:
    with pytest.raises(InvalidEnvironment, match=r"workers\[0\].memory_mib"):
        deployed(workers=[{"name": "odd", "queues": ["default"], "cpu": 512, "memory_mib": 8192}])


@pytest.mark.feature("T1")
@pytest.mark.parametrize("topology", SERVICES)
def test_each_topology_runs_exactly_its_services(topology: str) -> None:
    deployment = deployed(topology=topology)
    assert set(services(deployment)) == SERVICES[topology]
    one_off = set(fargate_tasks(deployment)) - SERVICES[topology]
    assert one_off == {"migrate", "db-clean", *({"airflow-task"} if topology == "ecs" else ())}


@pytest.mark.feature("T1")
@pytest.mark.parametrize(
    ("topology", "left_out"),
    [
        ("sequential", BROKER_TYPES | SCALING_TYPES),
        ("single", BROKER_TYPES | SCALING_TYPES),
        ("local_executor", BROKER_TYPES),
        ("ecs", BROKER_TYPES),
        ("celery", set()),
    ],
)
def test_topology_creates_no_unused_resource(topology: str, left_out: set[str]) -> None:
    celery, deployment = deployed(topology="celery"), deployed(topology=topology)
    assert celery.types - deployment.types == left_out


@pytest.mark.feature("T1")
@pytest.mark.parametrize("topology", ["sequential", "single", "local_executor", "ecs"])
def test_topology_without_celery_has_no_broker(topology: str) -> None:
    deployment = deployed(topology=topology)
    parameters = {item.body["name"] for item in deployment.of("aws_ssm_parameter")}
    assert "/airflow/dev/broker-auth-token" not in parameters
    for task in fargate_tasks(deployment).values():
        names = {*task.main.environment, *task.main.secrets}
        assert not {name for name in names if "BROKER" in name or "CELERY" in name}, task.name


@pytest.mark.feature("T2")
def test_flower_is_optional_and_internal() -> None:
    assert "flower" not in services(deployed())
    service, task = services(deployed(**LARGE))["flower"]
    assert not service.blocks("load_balancer")
    assert service.get("network_configuration", "assign_public_ip") is False
    assert "AIRFLOW_BROKER_PASSWORD" in task.main.secrets


@pytest.mark.feature("T1")
def test_production_runs_celery() -> None:
    assert {environment.topology for environment in load_all() if environment.production} == {"celery"}
