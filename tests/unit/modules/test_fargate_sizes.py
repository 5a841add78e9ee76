"""T6, T7: processor, sizes, Spot, and the recorded way in."""

from __future__ import annotations

from typing import Any

import pytest

from environments.errors import InvalidEnvironment
from environments.facts.fargate_sizes import MEMORY_MIB
from tests.reading import AIRFLOW_TASK_ROLE, fargate_tasks, grants, role_of, services
from tests.synthesis import deployed
from tests.unit.modules.large import DIGEST, LARGE


@pytest.mark.feature("T6")
@pytest.mark.parametrize(("changes", "architecture"), [({}, "ARM64"), (LARGE, "X86_64")])
def test_every_fargate_task_has_the_processor_of_the_environment(changes: dict[str, Any], architecture: str) -> None:
    for task in fargate_tasks(deployed(**changes)).values():
        platform = {"operating_system_family": "LINUX", "cpu_architecture": architecture}
        assert task.definition.get("runtime_platform") == platform, task.name


@pytest.mark.feature("T6")
def test_all_containers_of_all_tasks_run_one_image() -> None:
    images = {
        container.body["image"] for task in fargate_tasks(deployed(**LARGE)).values() for container in task.containers
    }
    assert images == {f"${{dev-foundation//aws_ecr_repository.images.repository_url}}@{DIGEST}"}


@pytest.mark.feature("T7")
@pytest.mark.parametrize("topology", ["sequential", "single", "local_executor", "celery"])
def test_fargate_sells_every_size(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        cpu, memory = task.size
        assert memory in MEMORY_MIB[cpu], f"{task.name}: {cpu} CPU units with {memory} MiB"


@pytest.mark.feature("T7")
def test_a_size_that_fargate_does_not_sell_is_refused() -> None:
    with pytest.raises(InvalidEnvironment, match=r"workers\[0\].memory_mib"):
        deployed(workers=[{"name": "odd", "queues": ["q"], "cpu": 512, "memory_mib": 8192}])


@pytest.mark.feature("T7")
def test_spot_above_an_on_demand_base() -> None:
    strategy = services(deployed(**LARGE))["worker-small"][0].blocks("capacity_provider_strategy")
    assert [dict(item) for item in strategy] == [
        {"base": 2, "capacity_provider": "FARGATE", "weight": 40},
        {"base": 0, "capacity_provider": "FARGATE_SPOT", "weight": 60},
    ]


@pytest.mark.feature("T7")
def test_without_spot_only_on_demand_capacity_is_asked_for() -> None:
    for name, (service, _) in services(deployed()).items():
        providers = [item["capacity_provider"] for item in service.blocks("capacity_provider_strategy")]
        assert providers == ["FARGATE"], name


@pytest.mark.feature("T7")
def test_exec_is_off_by_default_and_recorded_when_on() -> None:
    closed = deployed()
    assert not any(service.body["enable_execute_command"] for service, _ in services(closed).values())
    assert not [grant for grant in grants(closed) if any("ssmmessages" in action for action in grant.actions)]
    opened = deployed(**LARGE)
    recorder = opened.only("aws_ecs_cluster").get("configuration", "execute_command_configuration")
    assert recorder["logging"] == "OVERRIDE"
    assert recorder["log_configuration"]["cloud_watch_encryption_enabled"] is True
    log = opened.named(recorder["log_configuration"]["cloud_watch_log_group_name"])
    assert log.body["retention_in_days"] == opened.environment.logs.retention_days
    assert log.body["kms_key_id"] == recorder["kms_key_id"]
    for name, (service, task) in services(opened).items():
        allowed = {
            action for grant in grants(opened, role_of(opened, task, AIRFLOW_TASK_ROLE)) for action in grant.actions
        }
        assert service.body["enable_execute_command"] is True, name
        assert {"ssmmessages:OpenDataChannel", "logs:PutLogEvents"} <= allowed, name
