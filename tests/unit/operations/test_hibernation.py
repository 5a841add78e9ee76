"""An environment is stopped and started."""

from __future__ import annotations

import pytest

from operations import hibernation
from operations.account import Account
from operations.deploy import deploy
from operations.errors import PreconditionError
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.fake_stack import FakeStack


def database_status(cloud: Cloud) -> str:
    found = cloud.client("rds").describe_db_instances(DBInstanceIdentifier=cloud.names.name)
    return str(found["DBInstances"][0]["DBInstanceStatus"])


@pytest.mark.feature("A4")
def test_hibernated_environment_runs_and_scales_nothing(cloud: Cloud) -> None:
    cloud.scalable("worker-default", 1, 10)
    hibernation.hibernate(cloud.account)
    assert set(cloud.desired().values()) == {0}
    assert cloud.bounds() == {"worker-default": (0, 0)}
    assert database_status(cloud) == "stopped"


@pytest.mark.feature("A4")
def test_wake_restores_the_counts_of_the_environment_file(cloud: Cloud) -> None:
    cloud.scalable("worker-default", 1, 10)
    cloud.scalable("api-server", 2, 4)
    hibernation.hibernate(cloud.account)
    hibernation.wake(cloud.account)
    assert database_status(cloud) == "available"
    assert cloud.bounds() == {"worker-default": (1, 10), "api-server": (2, 4)}
    assert cloud.desired() == {
        "api-server": 2,
        "dag-processor": 1,
        "scheduler": 1,
        "triggerer": 1,
        "worker-default": 1,
    }


@pytest.mark.feature("A4")
def test_hibernate_and_wake_can_be_repeated(cloud: Cloud) -> None:
    for act in (hibernation.hibernate, hibernation.hibernate, hibernation.wake, hibernation.wake):
        act(cloud.account)
    assert database_status(cloud) == "available"


@pytest.mark.feature("A4")
def test_deployment_gives_running_services_the_limits_of_the_file_and_wakes_none(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Terraform ignores the limits that a schedule changes, so that a deployment at night starts nothing."""
    account = Cloud.account_of(
        Cloud.environment(hibernation={"stop": "0 20 * * *", "start": "0 6 * * *", "timezone": "UTC"})
    )
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)
    cloud.scalable("worker-default", 3, 5)
    cloud.scalable("api-server", 0, 0)
    deploy(account, confirm=lambda _question: True)
    assert cloud.bounds() == {"worker-default": (1, 10), "api-server": (0, 0)}
    assert "1 of 2 services sleep and stay stopped until hibernation.start, or .venv/bin" in capfd.readouterr().err


@pytest.mark.feature("A4")
def test_database_starts_before_the_services(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    hibernation.hibernate(cloud.account)
    order: list[str] = []
    monkeypatch.setattr(
        "operations.database.start", lambda _account: order.append(f"database {cloud.desired()['scheduler']}")
    )
    hibernation.wake(cloud.account)
    assert order == ["database 0"]


@pytest.mark.feature("A4")
def test_scaling_of_other_clusters_is_unchanged(cloud: Cloud) -> None:
    cloud.client("ecs").create_cluster(clusterName="airflow-prod")
    cloud.client("ecs").register_task_definition(
        family="x", containerDefinitions=[{"name": "x", "image": "x", "memory": 1}]
    )
    cloud.client("ecs").create_service(
        cluster="airflow-prod", serviceName="worker-default", taskDefinition="x", desiredCount=2
    )
    cloud.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/airflow-prod/worker-default",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=2,
        MaxCapacity=20,
    )
    hibernation.hibernate(cloud.account)
    assert cloud.bounds() == {"worker-default": (2, 20)}


@pytest.mark.feature("A4")
def test_wake_without_an_environment_is_rejected(empty_account: Account) -> None:
    with pytest.raises(
        PreconditionError, match=r"database airflow-dev does not exist. Fix: .* -m operations deploy dev"
    ):
        hibernation.wake(empty_account)
