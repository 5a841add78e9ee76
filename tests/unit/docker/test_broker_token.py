"""The image's tokens for the broker are those of boto3, and a worker of a team uses its own keys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from airflow_fargate import broker_keys, broker_token, configuration, iam_token
from airflow_fargate.backing_services import Broker
from airflow_fargate.components import find
from airflow_fargate.startup_error import StartupError
from botocore.signers import RequestSigner

from tests.image.fake_rds_tokens import TokenCheck
from tests.unit.docker import token_checks
from tests.unit.docker.token_checks import KEY, REGION, SECRET_KEYS, Stopped, credentials

__all__ = ["credentials"]

CACHE, USER = "airflow-dev", "airflow-dev-team-sales"
CHECK = TokenCheck(
    address=CACHE,
    region=REGION,
    secret_keys=SECRET_KEYS,
    users={KEY: frozenset({USER})},
    service="elasticache",
    parameter="User",
    action="elasticache:Connect",
)
ENVIRON = {
    "AIRFLOW_BROKER_AUTHENTICATION": "iam",
    "AIRFLOW_BROKER_HOST": "broker.example",
    "AIRFLOW_BROKER_CACHE": CACHE,
    "AIRFLOW_BROKER_USER": USER,
    "AWS_REGION": REGION,
    "AIRFLOW_DB_HOST": "database.example",
    "AIRFLOW_DB_PASSWORD": "database",
    "AIRFLOW__API__SECRET_KEY": "api",
}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "ca.pem").touch()
    return {**ENVIRON, "AIRFLOW_CA_FILE": str(tmp_path / "ca.pem")}


def verdict(text: str, *, user: str = USER, after: timedelta = timedelta()) -> str:
    return token_checks.verdict(CHECK, text, user=user, after=after)


@pytest.mark.feature("S3")
def test_token_is_that_of_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.auth.datetime", Stopped)
    session = boto3.Session(region_name=REGION)
    client = session.client("elasticache")
    signer = RequestSigner(
        client.meta.service_model.service_id, REGION, "elasticache", "v4", session.get_credentials(), session.events
    )
    url = f"http://{CACHE}/?Action=connect&User={USER}"
    request = {"method": "GET", "url": url, "body": {}, "headers": {}, "context": {}}
    expected = signer.generate_presigned_url(request, operation_name="connect", expires_in=900, region_name=REGION)
    assert broker_token.make(cache=CACHE, user=USER, region=REGION) == expected.removeprefix("http://")


@pytest.mark.feature("S3", "T9")
def test_token_is_for_one_user_of_one_cache_for_15_minutes() -> None:
    token = broker_token.make(cache=CACHE, user=USER, region=REGION)
    assert verdict(token, after=timedelta(minutes=14)) == "accepted"
    assert verdict(token, after=timedelta(minutes=15)).startswith("expired")
    other = "airflow-dev-team-ops"
    assert verdict(token, user=other) == f"token for user {USER}, not for {other}"
    theirs = broker_token.make(cache=CACHE, user=other, region=REGION)
    assert verdict(theirs, user=other) == f"{KEY} lacks elasticache:Connect on {other}"
    elsewhere = broker_token.make(cache="airflow-prod", user=USER, region=REGION)
    assert verdict(elsewhere) == "token for airflow-prod, not for airflow-dev"


@pytest.mark.feature("S3")
def test_url_of_celery_has_no_password_and_names_the_provider_of_tokens(environ: dict[str, str]) -> None:
    options = configuration.assemble(find("worker"), environ)
    url = options["AIRFLOW__CELERY__BROKER_URL"]
    assert url.startswith("rediss://broker.example:6379/0?ssl_cert_reqs=required&")
    assert url.endswith("&credential_provider=airflow_fargate.broker_credentials.TaskRole")
    broker = Broker.of(environ)
    assert verdict(broker.current_password(), user=broker.user) == "accepted"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"AIRFLOW_BROKER_AUTHENTICATION": "kerberos"},
            "AIRFLOW_BROKER_AUTHENTICATION: expected token or iam, got 'kerb",
        ),
        ({"AIRFLOW_BROKER_USER": ""}, "AIRFLOW_BROKER_USER is missing or empty. Fix: set it in the task definition"),
        ({"AIRFLOW_BROKER_CACHE": ""}, "AIRFLOW_BROKER_CACHE is missing or empty"),
        ({"AIRFLOW_BROKER_AUTHENTICATION": "token"}, "AIRFLOW_BROKER_PASSWORD missing or empty. Fix: give a value"),
    ],
)
@pytest.mark.feature("C5")
def test_component_without_what_it_logs_in_with_does_not_start(
    environ: dict[str, str], changes: dict[str, str], message: str
) -> None:
    with pytest.raises(StartupError) as caught:
        configuration.assemble(find("worker"), {**environ, **changes})
    assert message in str(caught.value)


@pytest.mark.feature("C5")
def test_task_role_without_credentials_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam_token, "_source", lambda: None)
    with pytest.raises(StartupError) as caught:
        broker_token.make(cache=CACHE, user=USER, region=REGION)
    assert str(caught.value) == (
        "AIRFLOW_BROKER_AUTHENTICATION: no AWS credentials. Fix: give the Fargate task a task role with "
        "elasticache:Connect"
    )


@pytest.mark.feature("T9")
def test_worker_of_a_team_shares_no_key_and_no_channel_with_others() -> None:
    config = {"broker_transport_options": {"visibility_timeout": 60}, "worker_concurrency": 4}
    assert broker_keys.celery_config(config, {}) == config
    assert broker_keys.worker_options({}) == {}
    team = {"AIRFLOW_BROKER_TEAM": "sales"}
    assert broker_keys.celery_config(config, team) == {
        "worker_concurrency": 4,
        "worker_enable_remote_control": False,
        "broker_transport_options": {
            "visibility_timeout": 60,
            "unacked_key": "unacked:sales",
            "unacked_index_key": "unacked_index:sales",
            "unacked_mutex_key": "unacked_mutex:sales",
            "priority_steps": [0],
        },
    }
    assert broker_keys.worker_options(team) == {
        "without_gossip": True,
        "without_heartbeat": True,
        "without_mingle": True,
    }
