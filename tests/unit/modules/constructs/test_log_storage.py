"""Log groups and the storage of Airflow task logs."""

from __future__ import annotations

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, fargate_tasks, grants, role_of, services, statements
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import CHEAP, CUSTOM, DISTINCT_TOPOLOGIES

RUNS_OR_SHOWS_TASKS = {
    "single": {"standalone"},
    "local_executor": {"api-server", "scheduler", "triggerer"},
    "ecs": {"api-server", "triggerer"},
    "celery": {"api-server", "triggerer", "worker-default"},
}


@pytest.mark.feature("L1")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_all_components_read_task_logs_in_s3_and_all_but_the_api_server_write_them(topology: str) -> None:
    deployment = deployed(topology=topology)
    bucket = deployment.only("aws_s3_bucket", bucket="airflow-dev-task-logs-111111111111")
    for name in RUNS_OR_SHOWS_TASKS[topology]:
        task = services(deployment)[name][1]
        environment = task.main.environment
        assert environment["AIRFLOW__LOGGING__REMOTE_LOGGING"] == "True", name
        assert environment["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"] == f"s3://${{{bucket.key}.id}}/task-logs", name
        allowed = _allowed(deployment, name)
        objects = (f"${{{bucket.key}.arn}}/task-logs/*",)
        assert allowed["s3:GetObject"] == objects, name
        assert allowed.get("s3:PutObject") == (None if name == "api-server" else objects), name
        assert ("kms:GenerateDataKey" in allowed) == (name != "api-server"), name


def _allowed(deployment: Deployment, service: str) -> dict[str, tuple[str, ...]]:
    """The actions that the task role of a service permits, with their resources."""
    role = role_of(deployment, services(deployment)[service][1], AIRFLOW_TASK_ROLE)
    return {action: grant.resources for grant in grants(deployment, role) for action in grant.actions}


@pytest.mark.feature("L1")
def test_task_logs_go_to_cloudwatch_when_configured() -> None:
    deployment = deployed(**CHEAP)
    group = deployment.only("aws_cloudwatch_log_group", name="/airflow/dev/task-logs")
    worker = services(deployment)["worker-default"][1]
    folder = worker.main.environment["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"]
    assert folder == f"cloudwatch://${{{group.key}.arn}}"
    write = {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert write <= _allowed(deployment, "worker-default").keys()
    assert "logs:GetLogEvents" in _allowed(deployment, "api-server")
    assert not write & _allowed(deployment, "api-server").keys()
    assert not deployment.of("aws_s3_bucket", bucket="airflow-dev-task-logs-111111111111")


@pytest.mark.feature("L2")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_each_container_writes_to_an_existing_log_group(topology: str) -> None:
    deployment = deployed(topology=topology)
    groups = {group.body["name"]: group for group in deployment.of("aws_cloudwatch_log_group")}
    for task in fargate_tasks(deployment).values():
        for container in task.containers:
            log = container.body["logConfiguration"]
            assert log["logDriver"] == "awslogs"
            assert log["options"]["awslogs-group"] in groups, (task.name, container.name)
            assert log["options"]["awslogs-region"] == "eu-central-1"


@pytest.mark.feature("L2")
def test_log_groups_have_retention_and_a_key_that_they_may_use() -> None:
    deployment = deployed(**CUSTOM)
    groups = deployment.of("aws_cloudwatch_log_group")
    assert {group.body["retention_in_days"] for group in groups} == {30}
    for group in groups:
        key = deployment.resolve(group.body["kms_key_id"])
        patterns = [
            pattern.split(":log-group:", 1)[1]
            for statement in statements(key.body["policy"])
            if str(statement["Principal"].get("Service", "")).startswith("logs.")
            for pattern in statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
        ]
        name = group.body["name"]
        assert any(
            name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns
        ), name
