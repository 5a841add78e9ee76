"""C1 to C3, C5 to C7: what a container promises to ECS, and ECS to it."""

from __future__ import annotations

import json

import pytest

from environments.errors import InvalidEnvironment
from tests.reading import fargate_tasks, services
from tests.synthesis import deployed
from tests.unit.modules.large import LARGE

WRITABLE = {"/tmp", "/opt/airflow"}
TOPOLOGIES = ("single", "local_executor", "celery")


@pytest.mark.feature("C1")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_every_service_has_a_cheap_check_of_its_own_process(topology: str) -> None:
    for name, (_, task) in services(deployed(topology=topology)).items():
        check = task.main.body["healthCheck"]
        assert check["command"][:3] == ["CMD", "python", "/opt/airflow-fargate/health.py"], name
        assert check["timeout"] < check["interval"]
        assert 60 <= check["startPeriod"] <= 300, (
            "more than was measured at a quarter of a vCPU, no more than ECS allows"
        )


@pytest.mark.feature("C1")
def test_the_load_balancer_asks_the_api_server_itself() -> None:
    check = deployed().only("aws_lb_target_group").get("health_check")
    assert (check["path"], check["matcher"]) == ("/api/v2/monitor/health", "200")
    service, _ = services(deployed())["api-server"]
    assert service.body["health_check_grace_period_seconds"] >= 120, "a start at a quarter of a vCPU takes 33 s"


@pytest.mark.feature("C1")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_starting_and_unhealthy_tasks_are_not_in_dns(topology: str) -> None:
    """With a custom health check, Cloud Map returns the tasks that ECS reports as healthy."""
    name = deployed(topology=topology).only("aws_service_discovery_service")
    assert name.get("health_check_custom_config") == {"failure_threshold": 1}


@pytest.mark.feature("C2")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_a_bad_roll_out_is_rolled_back(topology: str) -> None:
    for name, (service, task) in services(deployed(topology=topology)).items():
        assert service.get("deployment_circuit_breaker") == {"enable": True, "rollback": True}, name
        assert service.body["deployment_minimum_healthy_percent"] == 100, name
        assert task.definition.body["skip_destroy"] is True, "the revision to roll back to stays"


@pytest.mark.feature("C2")
def test_images_by_digest_immutable_scanned_and_cleared_away() -> None:
    deployment = deployed(**LARGE)
    repository = deployment.only("aws_ecr_repository")
    assert repository.body["image_tag_mutability"] == "IMMUTABLE"
    assert repository.get("image_scanning_configuration", "scan_on_push") is True
    assert repository.get("encryption_configuration", 0, "encryption_type") == "KMS"
    policy = deployment.only("aws_ecr_lifecycle_policy").document("policy")
    assert {rule["selection"]["tagStatus"] for rule in policy["rules"]} == {"untagged", "any"}
    assert "@sha256:" in services(deployment)["scheduler"][1].main.body["image"]
    assert repository.body["force_delete"] is False


@pytest.mark.feature("C2")
def test_without_a_digest_a_tag_that_cannot_move() -> None:
    image = services(deployed())["scheduler"][1].main.body["image"]
    assert image.endswith(":3.3.2-1")
    assert "latest" not in image


@pytest.mark.feature("C3")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_fargate_gives_the_time_that_the_container_is_told(topology: str) -> None:
    for name, task in fargate_tasks(deployed(topology=topology)).items():
        timeout = task.main.body["stopTimeout"]
        assert 2 <= timeout <= 120, name
        assert task.main.environment["AIRFLOW_STOP_TIMEOUT"] == str(timeout), name


@pytest.mark.feature("C3")
def test_workers_have_all_the_time_there_is() -> None:
    assert services(deployed())["worker-default"][1].main.body["stopTimeout"] == 120


@pytest.mark.feature("C3")
@pytest.mark.parametrize("topology", ["local_executor", "celery"])
def test_timeouts_stand_in_the_order_in_which_nothing_is_lost(topology: str) -> None:
    for name, task in fargate_tasks(deployed(topology=topology)).items():
        seconds = {key: int(value) for key, value in task.main.environment.items() if key.endswith("TIMEOUT")}
        beat = seconds["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"]
        queued = seconds["AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"]
        visible = seconds.get("AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT", queued + 1)
        assert beat < queued < visible, name
        assert seconds["AIRFLOW_STOP_TIMEOUT"] < queued, name


@pytest.mark.feature("C3", "R4")
@pytest.mark.parametrize("airflow", [{}, {"task_heartbeat_timeout_seconds": 600}])
def test_workers_keep_their_tasks_as_long_as_the_scheduler_waits_for_heartbeats(airflow: dict[str, int]) -> None:
    """A failed heartbeat takes a worker 10 s or more. Airflow's default, three failures, ends after about 50 s."""
    variables = services(deployed(airflow=airflow))["worker-default"][1].main.environment
    timeout = int(variables["AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"])
    assert timeout >= 300, "an outage of 75 s, and the restart of scheduler and api-servers"
    assert int(variables["AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS"]) * 10 >= timeout


@pytest.mark.feature("C3")
def test_a_configuration_that_breaks_the_order_is_refused() -> None:
    with pytest.raises(InvalidEnvironment, match=r"airflow\.visibility_timeout_seconds"):
        deployed(airflow={"visibility_timeout_seconds": 3600})


@pytest.mark.feature("C3")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_an_init_process_reaps_and_forwards_signals(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        for container in task.containers:
            assert container.body["linuxParameters"]["initProcessEnabled"] is True, (task.name, container.name)


@pytest.mark.feature("C4")
def test_workers_may_protect_their_own_tasks() -> None:
    deployment = deployed()
    (policy,) = deployment.of("aws_iam_role_policy", name="protect-while-busy")
    (statement,) = policy.document("policy")["Statement"]
    assert statement["Action"] == ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"]
    assert statement["Resource"] == ["arn:aws:ecs:eu-central-1:111111111111:task/airflow-dev/*"]
    assert deployment.named(policy.body["role"]).body["name"] == "airflow-dev-worker-default-task"


@pytest.mark.feature("C5")
def test_migration_is_a_task_definition_that_operations_can_run() -> None:
    deployment = deployed()
    task = fargate_tasks(deployment)["migrate"]
    assert task.main.command == ["migrate"]
    assert "migrate" not in services(deployment)
    outputs = deployment.airflow["output"]
    assert outputs["migrate_task_definition"]["value"] == f"${{{task.definition.address}.arn}}"
    assert {"cluster_name", "migrate_security_group", "application_subnet_ids"} <= set(outputs)


@pytest.mark.feature("C6")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_desired_count_belongs_to_scaling_on_every_service(topology: str) -> None:
    for name, (service, _) in services(deployed(topology=topology)).items():
        assert "desired_count" in service.get("lifecycle", "ignore_changes"), name


@pytest.mark.feature("C7")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_no_container_is_root_or_can_become_more(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        for container in task.containers:
            where = (task.name, container.name)
            assert container.body["user"] == "50000:0", where
            assert container.body["privileged"] is False, where
            assert container.body["readonlyRootFilesystem"] is True, where
            assert container.body["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}, where


@pytest.mark.feature("C7")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_what_must_be_writable_is_a_volume_and_declared(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        volumes = {one["name"] for one in task.definition.blocks("volume")}
        used = {mount["sourceVolume"] for container in task.containers for mount in container.mounts.values()}
        assert used == volumes, task.name
        assert set(task.main.mounts) >= WRITABLE, task.name
        assert not any(task.main.mounts[path]["readOnly"] for path in WRITABLE), task.name


@pytest.mark.feature("C7")
def test_a_sidecar_cannot_stop_airflow() -> None:
    for task in fargate_tasks(deployed()).values():
        essential = [container.name for container in task.containers if container.body["essential"]]
        assert essential == [task.name]


@pytest.mark.feature("C7")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_a_task_definition_fits_into_what_ecs_accepts(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        assert len(json.dumps([container.body for container in task.containers])) < 64 * 1024, task.name
