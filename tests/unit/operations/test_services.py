"""Services are steady only when they run the deployment that was started."""

from __future__ import annotations

import pytest

from operations import services
from operations.errors import OperationError
from tests.unit.operations.cloud import Cloud


def deploy_revision(cloud: Cloud, service: str) -> str:
    """Register a revision, deploy it, and let ECS roll it back to the first one; returns the ARN of the revision."""
    ecs, family = cloud.client("ecs"), cloud.names.one_off(service)
    container = {"name": service, "image": "broken", "memory": 512}
    revision = ecs.register_task_definition(family=family, containerDefinitions=[container])["taskDefinition"]
    ecs.update_service(cluster=cloud.names.name, service=service, taskDefinition=revision["taskDefinitionArn"])
    ecs.update_service(cluster=cloud.names.name, service=service, taskDefinition=f"{family}:1")
    return str(revision["taskDefinitionArn"])


@pytest.mark.feature("T4")
def test_roll_out_that_ecs_rolled_back_is_a_failure(cloud: Cloud) -> None:
    revision = deploy_revision(cloud, "scheduler")
    with pytest.raises(
        OperationError, match=r"service scheduler: .*rolled it back.*runs .*scheduler:1, not .*scheduler:2"
    ):
        services.wait_until_steady(cloud.account, task_definitions={"scheduler": revision})
    services.wait_until_steady(cloud.account)


@pytest.mark.feature("T4")
def test_replacement_of_tasks_that_ecs_rolled_back_is_a_failure(cloud: Cloud) -> None:
    with pytest.raises(OperationError, match=r"service triggerer: .*rolled it back.* not ecs-svc/started"):
        services.wait_until_steady(cloud.account, deployments={"triggerer": "ecs-svc/started"})


@pytest.mark.feature("T4")
def test_failed_deployment_is_a_failure(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = {
        "id": "ecs-svc/1",
        "status": "PRIMARY",
        "rolloutState": "FAILED",
        "rolloutStateReason": "tasks failed",
    }
    found = {"serviceName": "scheduler", "deployments": [deployment], "events": [{"message": "unable to pull"}]}
    monkeypatch.setattr(services, "services", lambda _account: [found])
    with pytest.raises(
        OperationError, match=r"service scheduler: the roll-out failed .*tasks failed.\n  unable to pull"
    ):
        services.wait_until_steady(cloud.account)
