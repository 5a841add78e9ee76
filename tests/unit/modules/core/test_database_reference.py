"""Logins to the metadata database with IAM tokens in place of the password."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.reading import fargate_tasks
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import LARGE

TOKENS: dict[str, Any] = {**LARGE, "database": {"authentication": "iam"}}
VARIABLE, PASSWORD = "AIRFLOW_DB_AUTHENTICATION", "AIRFLOW_DB_PASSWORD"


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    return deployed(**TOKENS)


@pytest.mark.feature("D8")
def test_database_accepts_tokens_only_where_the_environment_asks_for_them(deployment: Deployment) -> None:
    assert deployment.only("aws_db_instance").body["iam_database_authentication_enabled"] is True
    assert "iam_database_authentication_enabled" not in deployed(**LARGE).only("aws_db_instance").body


@pytest.mark.feature("D8")
def test_only_the_migration_gets_the_database_password(deployment: Deployment) -> None:
    tasks = fargate_tasks(deployment)
    with_password = {
        name for name, task in tasks.items() for container in task.containers if PASSWORD in container.secrets
    }
    assert with_password == {"migrate"}
    readers = [
        policy.address
        for policy in deployment.of("aws_iam_role_policy")
        if "database_password" in policy.body["policy"] or policy.body["name"] == "read-database-password"
    ]
    assert readers == ["aws_iam_role_policy.migrate_execution_role_read_database_password"]


@pytest.mark.feature("D8", "S3")
def test_exactly_the_clients_of_the_database_may_log_in_as_its_user(deployment: Deployment) -> None:
    clients = {name for name, task in fargate_tasks(deployment).items() if VARIABLE in task.main.environment}
    assert clients == {*fargate_tasks(deployment)} - {"flower"}
    grants = {
        policy.name.removesuffix("_task_role_connect_to_database").replace("_", "-"): policy.body["policy"]
        for policy in deployment.of("aws_iam_role_policy")
        if "rds-db:connect" in policy.body["policy"]
    }
    assert grants.keys() == clients
    instance = f"${{{deployment.environment.name}-foundation//aws_db_instance.database.resource_id}}"
    for policy in grants.values():
        assert f'"Resource": ["arn:aws:rds-db:eu-central-1:111111111111:dbuser:{instance}/airflow"]' in policy


@pytest.mark.feature("D8", "A1")
def test_metrics_sidecar_logs_in_as_its_component_does(deployment: Deployment) -> None:
    sidecar = fargate_tasks(deployment)["scheduler"].container("metrics")
    assert sidecar.environment[VARIABLE] == "iam"
    sidecar = fargate_tasks(deployed(**LARGE))["scheduler"].container("metrics")
    assert VARIABLE not in sidecar.environment
    assert PASSWORD in sidecar.secrets


@pytest.mark.feature("D8")
def test_environment_without_the_key_has_no_permission_to_log_in() -> None:
    stacks = {name: stack for name, stack in deployed(**LARGE).stacks.items() if not name.startswith("bootstrap")}
    assert len(stacks) == 2
    assert "rds-db:connect" not in json.dumps(stacks)
