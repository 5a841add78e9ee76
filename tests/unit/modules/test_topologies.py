"""T1 to T4, T6, T7: which Fargate tasks a topology runs, of what size, on what capacity."""

from __future__ import annotations

import json

import pytest

from environments import load_all
from tests.reading import fargate_tasks, services
from tests.synthesis import deployed
from tests.unit.modules.large import LARGE

FOUR = {"api-server", "scheduler", "dag-processor", "triggerer"}
SERVICES = {
    "sequential": {"standalone"},
    "single": {"standalone"},
    "local_executor": FOUR,
    "celery": FOUR | {"worker-default"},
}
BROKER_TYPES = {
    "aws_elasticache_replication_group",
    "aws_elasticache_parameter_group",
    "aws_elasticache_subnet_group",
}
SCALING_TYPES = {"aws_appautoscaling_target", "aws_appautoscaling_policy"}


@pytest.mark.feature("T1")
@pytest.mark.parametrize("topology", SERVICES)
def test_each_topology_runs_exactly_its_services(topology: str) -> None:
    deployment = deployed(topology=topology)
    assert set(services(deployment)) == SERVICES[topology]
    one_off = set(fargate_tasks(deployment)) - SERVICES[topology]
    assert one_off == {"migrate", "db-clean"}


@pytest.mark.feature("T1")
@pytest.mark.parametrize(
    ("topology", "left_out"),
    [
        ("sequential", BROKER_TYPES | SCALING_TYPES),
        ("single", BROKER_TYPES | SCALING_TYPES),
        ("local_executor", BROKER_TYPES),
        ("celery", set()),
    ],
)
def test_nothing_is_made_that_a_topology_does_not_use(topology: str, left_out: set[str]) -> None:
    celery, deployment = deployed(topology="celery"), deployed(topology=topology)
    assert celery.types - deployment.types == left_out


@pytest.mark.feature("T1")
@pytest.mark.parametrize("topology", ["sequential", "single", "local_executor"])
def test_without_celery_no_word_of_a_broker_is_left(topology: str) -> None:
    deployment = deployed(topology=topology)
    parameters = {item.body["name"] for item in deployment.of("aws_ssm_parameter")}
    assert "/airflow/dev/broker-auth-token" not in parameters
    for task in fargate_tasks(deployment).values():
        names = {*task.main.environment, *task.main.secrets}
        assert not {name for name in names if "BROKER" in name or "CELERY" in name}, task.name


@pytest.mark.feature("T1")
@pytest.mark.parametrize(
    ("topology", "executor"),
    [
        ("sequential", "LocalExecutor"),
        ("single", "LocalExecutor"),
        ("local_executor", "LocalExecutor"),
        ("celery", "CeleryExecutor"),
    ],
)
def test_all_processes_agree_on_the_executor(topology: str, executor: str) -> None:
    found = {
        task.main.environment["AIRFLOW__CORE__EXECUTOR"] for task in fargate_tasks(deployed(topology=topology)).values()
    }
    assert found == {executor}


@pytest.mark.feature("T1")
def test_sequential_runs_one_airflow_task_and_single_several() -> None:
    def parallelism(topology: str) -> int:
        main = services(deployed(topology=topology))["standalone"][1].main
        return int(main.environment["AIRFLOW__CORE__PARALLELISM"])

    assert parallelism("sequential") == 1 < parallelism("single")


@pytest.mark.feature("T2")
def test_every_service_runs_its_own_process_and_checks_it() -> None:
    for name, (_, task) in services(deployed(**LARGE)).items():
        process = "worker" if name.startswith("worker-") else name
        assert task.main.command == [process]
        assert task.main.body["healthCheck"]["command"][-1] == process, name


@pytest.mark.feature("T2")
def test_flower_runs_only_when_asked_for_and_is_never_public() -> None:
    assert "flower" not in services(deployed())
    service, task = services(deployed(**LARGE))["flower"]
    assert not service.blocks("load_balancer")
    assert service.get("network_configuration", "assign_public_ip") is False
    assert "AIRFLOW_BROKER_PASSWORD" in task.main.secrets


@pytest.mark.feature("T2")
@pytest.mark.parametrize("topology", SERVICES)
def test_only_the_door_has_a_target_group(topology: str) -> None:
    behind = {
        name for name, (service, _) in services(deployed(topology=topology)).items() if service.blocks("load_balancer")
    }
    assert behind == ({"api-server"} if topology in {"local_executor", "celery"} else {"standalone"})


@pytest.mark.feature("T3")
def test_a_worker_group_has_its_queues_size_and_bounds() -> None:
    deployment = deployed(**LARGE)
    service, task = services(deployment)["worker-big"]
    assert task.size == (4096, 16384)
    assert task.main.environment["AIRFLOW_WORKER_QUEUES"] == "heavy"
    assert task.main.environment["AIRFLOW_WORKER_CONCURRENCY"] == "2"
    assert task.definition.get("ephemeral_storage", "size_in_gib") == 100
    assert service.body["desired_count"] == 0
    target = deployment.only("aws_appautoscaling_target", resource_id="service/airflow-dev/worker-big")
    assert (target.body["min_capacity"], target.body["max_capacity"]) == (0, 5)
    small = services(deployment)["worker-small"][1]
    assert small.main.environment["AIRFLOW_WORKER_QUEUES"] == "default,mail"


@pytest.mark.feature("T3")
def test_the_metric_publisher_knows_every_group_with_its_queues() -> None:
    scheduler = services(deployed(**LARGE))["scheduler"][1]
    groups = json.loads(scheduler.container("metrics").environment["AIRFLOW_METRICS_WORKER_GROUPS"])
    assert groups == {
        "small": {"queues": ["default", "mail"], "concurrency": 4},
        "big": {"queues": ["heavy"], "concurrency": 2},
    }


@pytest.mark.feature("T4")
def test_a_scheduler_that_stops_beating_is_replaced() -> None:
    service, task = services(deployed())["scheduler"]
    check = task.main.body["healthCheck"]
    assert check["command"] == ["CMD", "python", "/opt/airflow-fargate/health.py", "scheduler"]
    assert check["interval"] * check["retries"] <= 120, "two minutes until ECS replaces it"
    assert task.main.body["essential"] is True
    assert service.body["desired_count"] == 1


@pytest.mark.feature("T4")
def test_two_schedulers_share_the_work() -> None:
    service, _ = services(deployed(**LARGE))["scheduler"]
    assert service.body["desired_count"] == 2
    assert service.body["deployment_minimum_healthy_percent"] == 100


@pytest.mark.feature("T1")
def test_production_runs_celery() -> None:
    assert {one.topology for one in load_all() if one.production} == {"celery"}
