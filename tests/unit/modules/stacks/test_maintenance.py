"""The scheduled clean-up of the metadata database."""

from __future__ import annotations

import pytest

from tests.reading import fargate_tasks
from tests.synthesis import deployed
from tests.unit.modules.variants import CHEAP, CUSTOM


@pytest.mark.feature("D4")
def test_clean_up_runs_on_its_schedule_as_a_fargate_task() -> None:
    deployment = deployed(**CUSTOM)
    task = fargate_tasks(deployment)["db-clean"]
    assert task.main.command == ["db-clean"]
    assert task.main.environment["AIRFLOW_CLEAN_DAYS"] == "30"
    schedule = deployment.only("aws_scheduler_schedule", name="airflow-dev-db-clean")
    assert schedule.body["schedule_expression"] == "cron(15 4 ? * SAT *)"
    assert deployment.resolve(schedule.get("target", "arn")).type == "aws_ecs_cluster"
    started = schedule.get("target", "ecs_parameters")
    assert deployment.resolve(started["task_definition_arn"]).key == task.definition.key
    assert started["network_configuration"]["assign_public_ip"] is False


@pytest.mark.feature("D4")
def test_disabled_clean_up_creates_no_resource() -> None:
    deployment = deployed(**CHEAP)
    assert "db-clean" not in deployment.text
