"""The image's tokens are those of boto3, and a database accepts them for one user, host and region and 15 minutes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from airflow_fargate import configuration, database_token, iam_token, worker_users
from airflow_fargate.backing_services import Database
from airflow_fargate.components import COMPONENTS, find
from airflow_fargate.startup_error import StartupError

from tests.image.fake_rds_tokens import TokenCheck
from tests.unit.docker import token_checks
from tests.unit.docker.token_checks import KEY, REGION, SECRET_KEYS, Stopped, credentials

__all__ = ["credentials"]

HOST, PORT, USER = "database.example", 5432, "airflow"
CHECK = TokenCheck(
    address=f"{HOST}:{PORT}",
    region=REGION,
    secret_keys=SECRET_KEYS,
    users={KEY: frozenset({USER, "reader"})},
)
ENVIRON = {
    "AIRFLOW_DB_AUTHENTICATION": "iam",
    "AIRFLOW_DB_HOST": HOST,
    "AWS_REGION": REGION,
    "AIRFLOW__CORE__FERNET_KEY": "A" * 43 + "=",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwt",
    "AIRFLOW__API__SECRET_KEY": "api",
}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "ca.pem").touch()
    return {**ENVIRON, "AIRFLOW_CA_FILE": str(tmp_path / "ca.pem")}


def token(**changes: object) -> str:
    return database_token.make(**{"host": HOST, "port": PORT, "user": USER, "region": REGION, **changes})  # type: ignore[arg-type]


def verdict(text: str, *, user: str = USER, after: timedelta = timedelta()) -> str:
    return token_checks.verdict(CHECK, text, user=user, after=after)


@pytest.mark.feature("D8")
@pytest.mark.parametrize("session_token", ["", "session/token+=="])
def test_token_is_the_one_of_boto3(session_token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.auth.datetime", Stopped)
    if session_token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", session_token)
    expected = boto3.Session().client("rds", region_name=REGION).generate_db_auth_token(HOST, PORT, USER)
    assert token() == expected


@pytest.mark.feature("D8")
def test_database_accepts_a_token_for_15_minutes_and_for_one_user_host_and_region() -> None:
    assert verdict(token()) == "accepted"
    assert verdict(token(), after=timedelta(minutes=14)) == "accepted"
    assert verdict(token(), after=timedelta(minutes=15)).startswith("expired")
    assert verdict(token(user="reader")) == "token for user reader, not for airflow"
    assert verdict(token(user="admin"), user="admin") == f"{KEY} lacks rds-db:connect on admin"
    assert verdict(token(host="other.example")) == "token for other.example:5432, not for database.example:5432"
    assert verdict(token(region="us-east-1")) == "credential scope us-east-1/rds-db/aws4_request"
    assert verdict(token()[:-1] + "x") == "signature"
    assert verdict("a password") == "token for a password, not for database.example:5432"


@pytest.mark.feature("D8")
def test_every_connection_gets_a_fresh_token(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database.of(environ)
    numbers = iter(("first", "second"))
    monkeypatch.setattr(database_token, "make", lambda **_: next(numbers))
    assert [database.current_password(), database.current_password()] == ["first", "second"]
    assert database.with_password("bootstrap").current_password() == "bootstrap"
    assert database.url == "postgresql+psycopg2://airflow@database.example:5432/airflow"


@pytest.mark.feature("D8")
def test_airflow_takes_tokens_and_no_component_but_the_migration_needs_the_password(environ: dict[str, str]) -> None:
    options = configuration.assemble(find("scheduler"), environ)
    assert options["AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS"] == "airflow_fargate.sqlalchemy_tokens.CONNECT_ARGS"
    assert options["AIRFLOW__CELERY__RESULT_BACKEND"].startswith("db+postgresql+psycopg2://airflow@database.example")
    assert options["PGSSLMODE"] == "verify-full"
    needing = {name for name, item in COMPONENTS.items() if "AIRFLOW_DB_PASSWORD" in item.needs(environ)}
    assert needing == {"migrate"}


@pytest.mark.feature("T9")
def test_users_of_workers_are_created_only_where_tokens_are_required(environ: dict[str, str]) -> None:
    users = {"AIRFLOW_DB_WORKER_USERS": "airflow_worker, airflow_worker_data_science,"}
    assert worker_users.wanted({**environ, **users}) == ["airflow_worker", "airflow_worker_data_science"]
    assert worker_users.wanted(environ) == []
    assert worker_users.wanted({**environ, **users, "AIRFLOW_DB_AUTHENTICATION": "password"}) == []
    for name in ("airflow", "postgres", "airflow_worker; drop role airflow", "airflow_worker_Sales"):
        with pytest.raises(StartupError, match="AIRFLOW_DB_WORKER_USERS: expected names such as"):
            worker_users.wanted({**environ, "AIRFLOW_DB_WORKER_USERS": name})


@pytest.mark.feature("D8")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AIRFLOW_DB_SSLMODE": "require"}, "AIRFLOW_DB_SSLMODE: tokens of IAM require verify-full"),
        ({"AIRFLOW_DB_AUTHENTICATION": "kerberos"}, "AIRFLOW_DB_AUTHENTICATION: expected password or iam, got 'kerb"),
        ({"AWS_REGION": ""}, "AWS_DEFAULT_REGION is missing or empty"),
        (
            {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "mine.ARGS"},
            "sets this option, got 'mine.ARGS'. Fix: remove",
        ),
    ],
)
def test_wrong_setting_is_rejected_at_the_start(environ: dict[str, str], change: dict[str, str], message: str) -> None:
    with pytest.raises(StartupError) as error:
        configuration.assemble(find("scheduler"), {**environ, **change})
    assert message in str(error.value)


@pytest.mark.feature("D8")
def test_missing_task_role_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam_token, "_source", lambda: None)
    with pytest.raises(StartupError, match=r"no AWS credentials\. Fix: give the Fargate task a task role"):
        token()
