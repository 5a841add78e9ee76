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
    airflow = deployment.template_of("airflow")
    assert airflow.one("output.migrate_task_definition").values["value"] == f"${{{task.definition.address}.arn}}"
    for name in ("cluster_name", "migrate_security_group", "application_subnet_ids"):
        airflow.one(f"output.{name}")
