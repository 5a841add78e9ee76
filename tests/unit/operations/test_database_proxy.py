"""RDS Proxy reads a copy of the database password, which a rotation updates."""

from __future__ import annotations

import json

import pytest

from operations import database_proxy, verify
from operations.account import Account
from operations.errors import PreconditionError
from operations.rotate import ROTATIONS
from tests.unit.operations.cloud import Cloud


@pytest.fixture
def account(cloud: Cloud) -> Account:
    """An environment with RDS Proxy, and the secret that the foundation creates for it."""
    found = Cloud.account_of(Cloud.environment(database={"deletion_protection": False, "proxy": True}))
    copy = json.dumps({"username": "airflow", "password": cloud.read("database-password")})
    found.client("secretsmanager").create_secret(Name=database_proxy.secret_name(found), SecretString=copy)
    return found


def copy_of_the_password(account: Account) -> dict[str, str]:
    found = account.client("secretsmanager").get_secret_value(SecretId=database_proxy.secret_name(account))
    return dict(json.loads(found["SecretString"]))


@pytest.mark.feature("S6")
def test_database_rotation_updates_the_copy_of_the_proxy(account: Account, cloud: Cloud) -> None:
    ROTATIONS["database"](account)
    assert copy_of_the_password(account) == {"username": "airflow", "password": cloud.read("database-password")}


@pytest.mark.feature("S6")
def test_verify_reports_an_outdated_copy(account: Account, cloud: Cloud) -> None:
    cloud.put("database-password", "another-password")
    problems = {check.what: check.problem for check in verify.verify(account)}
    assert str(problems["password of the database proxy"]).startswith("is not the password of the database. Fix: ")


@pytest.mark.feature("S6")
def test_missing_copy_is_reported(cloud: Cloud) -> None:
    found = Cloud.account_of(Cloud.environment(database={"deletion_protection": False, "proxy": True}))
    with pytest.raises(PreconditionError, match=r"secret airflow-dev-database-proxy does not exist. Fix: "):
        ROTATIONS["database"](found)
