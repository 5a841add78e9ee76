"""The task definition of the database migration."""

from __future__ import annotations

import pytest

from tests.reading import fargate_tasks, services
from tests.synthesis import deployed


@pytest.mark.feature("C5")
def test_migration_outputs_what_run_task_needs() -> None:
    deployment = deployed()
    task = fargate_tasks(deployment)["migrate"]
    assert task.main.command == ["migrate"]
    assert "migrate" not in services(deployment)
    outputs = deployment.airflow["output"]
    assert outputs["migrate_task_definition"]["value"] == f"${{{task.definition.address}.arn}}"
    assert {"cluster_name", "migrate_security_group", "application_subnet_ids"} <= set(outputs)
