"""Backing services and secrets of each component."""

from __future__ import annotations

import pytest

from tests.reading import clients, fargate_tasks, services
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import LARGE

SHARED = {
    "AIRFLOW__CORE__FERNET_KEY": "fernet-key",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwt-secret",
    "AIRFLOW__API__SECRET_KEY": "api-secret-key",
}
DATABASE = {"AIRFLOW_DB_PASSWORD": "database-password"}
BROKER = {"AIRFLOW_BROKER_PASSWORD": "broker-auth-token"}
WHO_HAS_WHAT: dict[str, dict[str, str]] = {
    "api-server": SHARED | DATABASE,
    "scheduler": SHARED | DATABASE | BROKER,
    "dag-processor": SHARED | DATABASE,
    "triggerer": SHARED | DATABASE,
    "worker-small": {"AIRFLOW__API__SECRET_KEY": "api-secret-key"} | DATABASE | BROKER,
    "worker-big": {"AIRFLOW__API__SECRET_KEY": "api-secret-key"} | DATABASE | BROKER,
    "flower": BROKER,
    "db-clean": DATABASE,
    "migrate": DATABASE | {"AIRFLOW_ADMIN_PASSWORD": "admin-password"},
}


@pytest.mark.feature("T5")
@pytest.mark.parametrize(("topology", "runner"), [("local_executor", "scheduler"), ("celery", "worker-default")])
def test_only_components_that_run_airflow_tasks_reach_the_execution_api(topology: str, runner: str) -> None:
    assert clients(deployed(topology=topology), group="api-server", port=8080) == {"load-balancer", runner}


@pytest.mark.feature("S3")
def test_each_task_has_exactly_its_secrets() -> None:
    deployment = deployed(**LARGE)
    tasks = fargate_tasks(deployment)
    assert {name: _secrets(deployment, task.main.secrets) for name, task in tasks.items()} == WHO_HAS_WHAT


@pytest.mark.feature("S3")
@pytest.mark.parametrize("topology", ["single", "local_executor"])
def test_shared_secrets_are_the_same_in_each_topology(topology: str) -> None:
    deployment = deployed(topology=topology)
    for name, (_, task) in services(deployment).items():
        assert _secrets(deployment, task.main.secrets) == SHARED | DATABASE, name


def _secrets(deployment: Deployment, secrets: dict[str, str]) -> dict[str, str]:
    prefix = "/airflow/dev/"
    return {name: deployment.resolve(arn).body["name"].removeprefix(prefix) for name, arn in secrets.items()}
