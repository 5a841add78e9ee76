"""Fargate tasks: roles, architecture, image, volumes and limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, EXECUTION_ROLE, fargate_tasks, grants, role_of
from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM, DIGEST, DISTINCT_TOPOLOGIES, LARGE

WRITABLE = {"/tmp", "/opt/airflow"}
CHANGES: list[dict[str, Any]] = [{}, LARGE, {"topology": "single"}, CUSTOM]


@pytest.mark.feature("C3")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_stop_timeout_of_ecs_equals_the_variable_of_the_container(topology: str) -> None:
    for name, task in fargate_tasks(deployed(topology=topology)).items():
        timeout = task.main.body["stopTimeout"]
        assert 2 <= timeout <= 120, name
        assert task.main.environment["AIRFLOW_STOP_TIMEOUT"] == str(timeout), name


@pytest.mark.feature("C7")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_writable_paths_are_declared_volumes(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        volumes = {volume["name"] for volume in task.definition.blocks("volume")}
        used = {mount["sourceVolume"] for container in task.containers for mount in container.mounts.values()}
        assert used == volumes, task.name
        assert set(task.main.mounts) >= WRITABLE, task.name
        assert not any(task.main.mounts[path]["readOnly"] for path in WRITABLE), task.name


@pytest.mark.feature("C7")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_task_definitions_are_within_the_limits_of_ecs(topology: str) -> None:
    for task in fargate_tasks(deployed(topology=topology)).values():
        assert len(json.dumps([container.body for container in task.containers])) < 64 * 1024, task.name


@pytest.mark.feature("T6")
@pytest.mark.parametrize(("changes", "architecture"), [({}, "ARM64"), (LARGE, "X86_64")])
def test_tasks_have_the_architecture_of_the_environment(changes: dict[str, Any], architecture: str) -> None:
    for task in fargate_tasks(deployed(**changes)).values():
        platform = {"operating_system_family": "LINUX", "cpu_architecture": architecture}
        assert task.definition.get("runtime_platform") == platform, task.name


@pytest.mark.feature("T6")
def test_all_containers_run_the_same_image() -> None:
    images = {
        container.body["image"] for task in fargate_tasks(deployed(**LARGE)).values() for container in task.containers
    }
    assert images == {f"${{dev-foundation//aws_ecr_repository.images.repository_url}}@{DIGEST}"}


@pytest.mark.feature("I1")
@pytest.mark.parametrize("changes", CHANGES)
def test_each_task_has_its_own_task_role_and_execution_role(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    tasks = fargate_tasks(deployment)
    roles = [
        role_of(deployment, task, kind).key for task in tasks.values() for kind in (AIRFLOW_TASK_ROLE, EXECUTION_ROLE)
    ]
    assert len(set(roles)) == 2 * len(tasks)


@pytest.mark.feature("I1")
def test_execution_role_reaches_its_repository_log_group_and_parameters_only() -> None:
    deployment = deployed(**LARGE)
    repository = deployment.only("aws_ecr_repository")
    for name, task in fargate_tasks(deployment).items():
        allowed = {
            action: grant
            for grant in grants(deployment, role_of(deployment, task, EXECUTION_ROLE))
            for action in grant.actions
        }
        assert set(allowed) <= {
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "ssm:GetParameters",
            "kms:Decrypt",
        }, name
        assert allowed["ecr:BatchGetImage"].resources == (f"${{{repository.key}.arn}}",)
        group = f"arn:aws:logs:eu-central-1:111111111111:log-group:/airflow/dev/{name}:log-stream:*"
        assert allowed["logs:PutLogEvents"].resources == (group,)
