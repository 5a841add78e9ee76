"""Rotation of secrets while Airflow runs."""

from __future__ import annotations

from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.elasticache.models import elasticache_backends

from operations.account import Account
from operations.errors import OperationError, PreconditionError
from operations.rotate import ROTATIONS
from tests.unit.operations.cloud import Cloud, exit_codes


def broker_tokens(cloud: Cloud) -> tuple[str, str] | None:
    """Strategy and token that the broker was given last."""
    backend: dict[str, Any] = elasticache_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].__dict__.get("_harness_auth", {})
    return backend.get(cloud.names.name)


@pytest.mark.feature("S6")
def test_fernet_rotation_uses_both_keys_until_everything_is_encrypted_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, seen = cloud.read("fernet-key"), []

    def rolled(_account: Account, **_why: str) -> list[str]:
        seen.append(cloud.read("fernet-key"))
        return ["scheduler"]

    monkeypatch.setattr("operations.rotate.roll", rolled)
    ROTATIONS["fernet"](cloud.account)
    new = cloud.read("fernet-key")
    assert seen == [f"{new},{old}", new]
    assert new != old
    assert [task["overrides"]["containerOverrides"] for task in cloud.tasks()] == [
        [{"name": "scheduler", "command": ["airflow", "rotate-fernet-key"]}]
    ]


@pytest.mark.feature("S6")
def test_fernet_rotation_keeps_both_keys_when_re_encryption_fails(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(3))
    old = cloud.read("fernet-key")
    with pytest.raises(OperationError, match=r"re-encryption ended with exit code 3; both keys stay valid"):
        ROTATIONS["fernet"](cloud.account)
    both = cloud.read("fernet-key").split(",")
    assert both[1:] == [old]
    ROTATIONS["fernet"](cloud.account)
    assert cloud.read("fernet-key") == both[0]


@pytest.mark.feature("S6")
@pytest.mark.parametrize(("rotation", "name"), [("jwt", "jwt-secret"), ("api", "api-secret-key")])
def test_rotation_of_an_airflow_secret_replaces_every_fargate_task(cloud: Cloud, rotation: str, name: str) -> None:
    old, before = cloud.read(name), cloud.deployments()
    ROTATIONS[rotation](cloud.account)
    assert cloud.read(name) != old
    assert all(identity != before[service] for service, identity in cloud.deployments().items())


@pytest.mark.feature("S6")
def test_database_rotation_sets_the_stored_password(cloud: Cloud) -> None:
    before = cloud.deployments()
    ROTATIONS["database"](cloud.account)
    from moto.rds.models import rds_backends

    instance = rds_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].databases[cloud.names.name]
    assert instance._master_user_password == cloud.read("database-password")
    assert cloud.deployments() != before
    names = [parameter["Name"] for parameter in cloud.client("ssm").describe_parameters()["Parameters"]]
    assert cloud.names.parameter("database-password-next") not in names


@pytest.mark.feature("S6")
def test_interrupted_rotation_continues_with_the_same_value(cloud: Cloud) -> None:
    cloud.put("database-password-next", "stored-by-the-first-try")
    ROTATIONS["database"](cloud.account)
    assert cloud.read("database-password") == "stored-by-the-first-try"


@pytest.mark.feature("S6")
def test_broker_accepts_both_tokens_while_fargate_tasks_are_replaced(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    during = []
    monkeypatch.setattr("operations.rotate.roll", lambda _account, **_why: during.append(broker_tokens(cloud)))
    ROTATIONS["broker"](cloud.account)
    token = cloud.read("broker-auth-token")
    assert during == [("ROTATE", token)]
    assert broker_tokens(cloud) == ("SET", token)


@pytest.mark.feature("S6", "T9")
def test_broker_with_users_has_no_token_to_rotate(cloud: Cloud) -> None:
    account = cloud.account_of(cloud.environment(broker={"authentication": "iam"}))
    with pytest.raises(PreconditionError, match=r"the broker of dev has no AUTH token.*Fix: none is needed"):
        ROTATIONS["broker"](account)
    assert broker_tokens(cloud) is None
