"""Celery workers: queues, size, stop timeout, scale-in protection."""

from __future__ import annotations

import pytest

from tests.reading import services, statements
from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE


@pytest.mark.feature("C3")
def test_workers_have_the_longest_stop_timeout() -> None:
    assert services(deployed())["worker-default"][1].main.body["stopTimeout"] == 120


@pytest.mark.feature("C4")
def test_workers_may_protect_tasks_of_their_cluster_from_scale_in() -> None:
    deployment = deployed()
    (policy,) = deployment.of("aws_iam_role_policy", name="protect-while-busy")
    (statement,) = statements(policy.body["policy"])
    assert statement["Action"] == ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"]
    assert statement["Resource"] == ["arn:aws:ecs:eu-central-1:111111111111:task/airflow-dev/*"]
    assert deployment.resolve(policy.body["role"]).body["name"] == "airflow-dev-worker-default-task"


@pytest.mark.feature("T3")
def test_worker_group_has_its_queues_size_and_bounds() -> None:
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
