"""Secrets and permissions of a Fargate task."""

from __future__ import annotations

import json

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, EXECUTION_ROLE, fargate_tasks, grants, role_of, services
from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE


@pytest.mark.feature("I1")
def test_task_role_has_permissions_of_used_services_only() -> None:
    deployment = deployed()
    purposes = {
        name: {grant.policy for grant in grants(deployment, role_of(deployment, task, AIRFLOW_TASK_ROLE))}
        for name, task in fargate_tasks(deployment).items()
    }
    assert purposes["migrate"] == purposes["db-clean"] == set()
    assert purposes["dag-processor"] == {"read-connections-and-variables"}
    assert purposes["scheduler"] == {"read-connections-and-variables", "publish-metrics"}
    assert purposes["worker-default"] == {"read-connections-and-variables", "task-logs", "protect-while-busy"}


@pytest.mark.feature("S3")
def test_execution_role_reads_the_secrets_of_its_containers_only() -> None:
    deployment = deployed(**LARGE)
    for name, task in fargate_tasks(deployment).items():
        needed = {arn for container in task.containers for arn in container.secrets.values()}
        allowed = {
            resource
            for grant in grants(deployment, role_of(deployment, task, EXECUTION_ROLE))
            if "ssm:GetParameters" in grant.actions
            for resource in grant.resources
        }
        assert allowed == needed, name


@pytest.mark.feature("S3")
def test_decrypt_permission_is_bound_to_the_parameter() -> None:
    decrypting = [
        grant for grant in grants(deployed()) if grant.role.endswith("-exec") and "kms:Decrypt" in grant.actions
    ]
    assert decrypting
    for grant in decrypting:
        assert "kms:EncryptionContext:PARAMETER_ARN" in json.dumps(grant.conditions), str(grant)


@pytest.mark.feature("S3")
def test_new_secret_version_redeploys_the_services_that_use_it() -> None:
    main = services(deployed())["dag-processor"][1].main
    versions = dict(item.split(":", 1) for item in main.environment["AIRFLOW_SECRET_VERSIONS"].split(","))
    assert set(versions) == {"fernet-key", "jwt-secret", "api-secret-key", "database-password"}
    assert all(".version" in version for version in versions.values())
