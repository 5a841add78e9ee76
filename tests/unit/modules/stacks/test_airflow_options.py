"""The Airflow configuration of an environment."""

from __future__ import annotations

import pytest

from environments.errors import InvalidEnvironment
from tests.reading import fargate_tasks, services
from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM, LARGE


@pytest.mark.feature("C3")
@pytest.mark.parametrize("topology", ["local_executor", "celery"])
def test_timeouts_are_ordered_so_that_no_task_is_lost(topology: str) -> None:
    for name, task in fargate_tasks(deployed(topology=topology)).items():
        seconds = {key: int(value) for key, value in task.main.environment.items() if key.endswith("TIMEOUT")}
        beat = seconds["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"]
        queued = seconds["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"]
        visible = seconds.get("AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT", queued + 1)
        assert beat < queued < visible, name
        assert seconds["AIRFLOW_STOP_TIMEOUT"] < queued, name


@pytest.mark.feature("C3")
def test_environment_with_wrong_order_of_timeouts_is_rejected() -> None:
    with pytest.raises(InvalidEnvironment, match=r"airflow\.visibility_timeout_seconds"):
        deployed(airflow={"visibility_timeout_seconds": 3600})


@pytest.mark.feature("T5")
@pytest.mark.parametrize("topology", ["local_executor", "celery"])
def test_components_call_the_execution_api_by_its_internal_name(topology: str) -> None:
    deployment = deployed(topology=topology)
    namespace = deployment.only("aws_service_discovery_private_dns_namespace")
    service, _ = services(deployment)["api-server"]
    name = deployment.resolve(service.get("service_registries", "registry_arn"))
    assert deployment.resolve(name.get("dns_config", "namespace_id")).key == namespace.key
    host = f"{name.body['name']}.{namespace.body['name']}"
    for task in fargate_tasks(deployment).values():
        url = task.main.environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
        assert url == f"http://{host}:8080/execution/", task.name


@pytest.mark.feature("T5")
@pytest.mark.parametrize("topology", ["single", "sequential"])
def test_standalone_airflow_calls_the_execution_api_on_localhost(topology: str) -> None:
    task = services(deployed(topology=topology))["standalone"][1]
    assert task.main.environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://localhost:8080/execution/"


@pytest.mark.feature("A1")
def test_parallelism_covers_all_slots_at_the_largest_scale() -> None:
    for task in fargate_tasks(deployed(**LARGE)).values():
        assert task.main.environment["AIRFLOW__CORE__PARALLELISM"] == str(3 * 4 + 5 * 2), task.name


@pytest.mark.feature("D2")
def test_environment_with_too_many_database_connections_is_rejected() -> None:
    many = [{"name": "default", "queues": ["default"], "max_count": 200}]
    with pytest.raises(InvalidEnvironment) as rejected:
        deployed(workers=many)
    assert "200 x (4 + 1)" in str(rejected.value)
    assert "360 accepted" in str(rejected.value)


@pytest.mark.feature("D2")
def test_connection_pools_are_those_of_the_budget() -> None:
    deployment = deployed(**CUSTOM)
    for task in fargate_tasks(deployment).values():
        environment = task.main.environment
        assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE"] == "3", task.name
        assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW"] == "2", task.name


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
def test_all_processes_have_the_same_executor(topology: str, executor: str) -> None:
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
