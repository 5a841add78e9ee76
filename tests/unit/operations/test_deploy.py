"""Deployment and destruction: preconditions, order of steps, leftovers."""

from __future__ import annotations

from typing import Any

import pytest

from operations import deploy
from operations.account import Account
from operations.errors import PreconditionError
from operations.parameters import Parameters
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.fake_stack import FakeStack


@pytest.fixture(autouse=True)
def fake_stacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "Stack", FakeStack)


def yes(_question: str) -> bool:
    return True


@pytest.mark.feature("O2")
def test_deployment_before_bootstrap_names_bootstrap(empty_account: Account) -> None:
    with pytest.raises(PreconditionError, match=r"state bucket state-of-dev does not exist. Fix: .* bootstrap dev"):
        deploy.deploy(empty_account, confirm=yes)


@pytest.mark.feature("O2")
def test_deployment_without_an_image_reports_what_is_done(cloud: Cloud) -> None:
    tag = {"imageTag": cloud.account.environment.airflow.image_tag}
    cloud.client("ecr").batch_delete_image(repositoryName=cloud.names.name, imageIds=[tag])
    with pytest.raises(PreconditionError, match=r"is not in the repository"):
        deploy.deploy(cloud.account, confirm=yes)
    done = (
        "Done: foundation, secrets. "
        "Not done: image check, check of the services' plan, migration, services, steady services."
    )
    assert cloud.account.steps.report() == done


@pytest.mark.feature("E6")
@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"database": {"deletion_protection": True}}, "database.deletion_protection"),
        ({"load_balancer": {"deletion_protection": True}}, "load_balancer.deletion_protection"),
    ],
)
def test_protected_environment_is_not_destroyed(cloud: Cloud, changes: dict[str, Any], keys: str) -> None:
    load_balancer = {"certificate_arn": cloud.account.environment.load_balancer.certificate_arn}
    changes = {key: {**(load_balancer if key == "load_balancer" else {}), **value} for key, value in changes.items()}
    account = Cloud.account_of(Cloud.environment(**changes))
    with pytest.raises(PreconditionError, match=rf"dev is protected: environments/dev.yaml: {keys}: true. Fix: "):
        deploy.destroy(account, typed="dev", confirm=yes)


@pytest.mark.feature("O2", "C6")
def test_foundation_removes_last_what_the_services_still_use(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeStack, "removed", ["aws_security_group.broker_security_group"])
    monkeypatch.setattr(FakeStack, "calls", [])
    monkeypatch.setattr(deploy.migrate, "migrate", lambda _account: None)
    monkeypatch.setattr(deploy, "wait_until_steady", lambda _account, **_options: None)
    deploy.deploy(cloud.account, confirm=yes)
    assert FakeStack.calls == ["foundation", "airflow", "airflow", "foundation"]
    assert cloud.account.steps.complete[-1] == "removals from the foundation"


@pytest.mark.feature("O2", "E6")
def test_loss_in_the_services_is_rejected_before_the_migration(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.put("schema", "{}", "String")
    monkeypatch.setattr(FakeStack, "rejected", "dev-airflow: the plan loses data")
    with pytest.raises(PreconditionError, match="dev-airflow: the plan loses data"):
        deploy.deploy(cloud.account, confirm=yes)
    assert cloud.tasks() == []
    assert cloud.account.steps.remaining[:2] == ["check of the services' plan", "migration"]


@pytest.mark.feature("O2")
def test_destruction_deletes_every_parameter(cloud: Cloud) -> None:
    for number in range(12):
        cloud.put(f"connections/warehouse{number}", "postgres://")
    deploy.destroy(cloud.account, typed="dev", confirm=yes)
    assert Parameters(cloud.account).names() == []
    assert cloud.account.steps.remaining == []
