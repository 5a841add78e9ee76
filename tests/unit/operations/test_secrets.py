"""Secrets are created and validated; no value is printed."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.elasticache.models import elasticache_backends

from environments.facts.secrets import SPECIFICATIONS, names_for_topology
from operations import secrets
from operations.account import Account
from operations.errors import PreconditionError
from operations.given_secrets import require_files, team_files
from operations.rotate import ROTATIONS, rotation_of
from tests.unit.environments.cases import TWO_TEAMS
from tests.unit.operations.cloud import Cloud

ALL = names_for_topology("celery")


SOUND_KEY = base64.urlsafe_b64encode(b"x" * 32).decode()


def broker_tokens(cloud: Cloud) -> tuple[str, str] | None:
    """Strategy and token that the broker was given last."""
    backend: dict[str, Any] = elasticache_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].__dict__.get("_harness_auth", {})
    return backend.get(cloud.names.name)


@pytest.mark.feature("S1")
@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("fernet-key", "short", "key 1 is not 32 bytes in URL-safe base64"),
        ("fernet-key", f"{SOUND_KEY},no", "key 2 is not 32 bytes in URL-safe base64"),
        ("fernet-key", "", "key 1 is not 32 bytes in URL-safe base64"),
        ("broker-auth-token", "x" * 15, "has 15 characters, must have 16 to 128"),
        ("database-password", "with a space", "contains a character of '/@\" '"),
        ("jwt-secret", "changeme", "has 8 characters, must have 32 to 4096"),
    ],
)
def test_invalid_secret_is_reported_without_its_value(cloud: Cloud, name: str, value: str, problem: str) -> None:
    if value:
        cloud.put(name, value)
        with pytest.raises(PreconditionError) as rejected:
            secrets.complete(cloud.account)
        assert str(rejected.value).startswith(f"/airflow/dev/{name} {problem}. Fix: delete it")
        assert value not in str(rejected.value).replace(problem, "")
    assert SPECIFICATIONS[name].validate(value) == problem


@pytest.mark.feature("S1")
def test_missing_secret_is_created_and_others_are_kept(cloud: Cloud) -> None:
    kept = {name: cloud.read(name) for name in ALL if name != "jwt-secret"}
    cloud.client("ssm").delete_parameter(Name=cloud.names.parameter("jwt-secret"))
    assert secrets.complete(cloud.account) == ["jwt-secret"]
    assert {name: cloud.read(name) for name in kept} == kept
    made = cloud.client("ssm").describe_parameters()["Parameters"]
    assert {parameter["Type"] for parameter in made} == {"SecureString"}
    jwt = next(parameter for parameter in made if parameter["Name"].endswith("jwt-secret"))
    assert jwt["KeyId"].startswith("arn:aws:kms:")  # what Terraform sets: an alias would be a change to it


@pytest.mark.feature("T9")
def test_deploy_key_of_each_team_is_required_and_stored_below_the_path_of_the_team(
    cloud: Cloud, tmp_path: Path
) -> None:
    account = cloud.account_of(cloud.environment(**TWO_TEAMS))
    key = tmp_path / "key"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n")
    with pytest.raises(PreconditionError, match=r"teams/ops/git-deploy-key.*secrets dev --team-deploy-key ops=FILE"):
        secrets.complete(account, files={"--deploy-key": key, **team_files([f"sales={key}"])})
    assert secrets.complete(account, files=team_files([f"ops={key}"])) == ["teams/ops/git-deploy-key"]
    assert cloud.read("teams/sales/git-deploy-key") == cloud.read("teams/ops/git-deploy-key") == key.read_text()


@pytest.mark.feature("T9")
def test_key_for_an_unknown_team_or_without_a_file_is_rejected(cloud: Cloud) -> None:
    with pytest.raises(PreconditionError, match=r"--team-deploy-key gone=: dev has no team of this name.*Fix: omit"):
        require_files(cloud.account, team_files(["gone=key"]))
    with pytest.raises(PreconditionError, match=r"--team-deploy-key needs TEAM=FILE, got sales. Fix: "):
        team_files(["sales"])


@pytest.mark.feature("S1")
def test_second_run_creates_nothing(cloud: Cloud) -> None:
    assert secrets.complete(cloud.account) == []
    assert secrets.complete(cloud.account) == []


@pytest.mark.feature("S1")
def test_secrets_before_the_foundation_are_rejected(empty_account: Account) -> None:
    with pytest.raises(
        PreconditionError,
        match=r"KMS key alias/airflow-dev-secrets does not exist. Fix: .* -m operations deploy dev",
    ):
        secrets.complete(empty_account)
    assert empty_account.client("ssm").describe_parameters()["Parameters"] == []


@pytest.mark.feature("S1")
def test_unencrypted_parameter_is_rejected(cloud: Cloud) -> None:
    cloud.client("ssm").delete_parameter(Name=cloud.names.parameter("jwt-secret"))
    cloud.put("jwt-secret", "x" * 64, kind="String")
    with pytest.raises(PreconditionError, match=r"/airflow/dev/jwt-secret is a String, which is not encrypted"):
        secrets.complete(cloud.account)


@pytest.mark.feature("S1")
def test_broker_requires_the_token_of_parameter_store(cloud: Cloud) -> None:
    secrets.complete(cloud.account)
    assert broker_tokens(cloud) == ("SET", cloud.read("broker-auth-token"))


@pytest.mark.feature("G2")
def test_deploy_key_is_required_and_stored(cloud: Cloud, tmp_path: Path) -> None:
    dags = {
        "delivery": "git_sync",
        "repository": "git@example.com:dags.git",
        "deploy_key": True,
        "known_hosts": ["example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"],
    }
    account = Cloud.account_of(Cloud.environment(dags=dags))
    with pytest.raises(PreconditionError, match=r"git-deploy-key does not exist.*secrets dev --deploy-key FILE"):
        secrets.complete(account)
    key = tmp_path / "id_ed25519"
    key.write_text("ssh-ed25519 AAAA public")
    with pytest.raises(PreconditionError, match=r"is not a private SSH key"):
        secrets.complete(account, files={"--deploy-key": key})
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n")
    assert secrets.complete(account, files={"--deploy-key": key}) == ["git-deploy-key"]
    assert cloud.read("git-deploy-key") == key.read_text()
    assert secrets.complete(account) == []


@pytest.mark.feature("L6")
def test_secrets_of_receivers_are_required_and_stored(cloud: Cloud, tmp_path: Path) -> None:
    otlp = {"endpoint": "https://otel.example.com", "authenticate": True}
    account = Cloud.account_of(Cloud.environment(telemetry={"otlp": otlp}))
    with pytest.raises(
        PreconditionError,
        match=r"otlp-headers does not exist, but .* sets telemetry.otlp.authenticate: true.*secrets dev --otlp-headers",
    ):
        secrets.complete(account)
    headers = tmp_path / "headers"
    headers.write_text("\x1b[2J")
    with pytest.raises(PreconditionError, match="is not a header line"):
        secrets.complete(account, files={"--otlp-headers": headers})
    headers.write_text("api-key=abc\n")
    assert secrets.complete(account, files={"--otlp-headers": headers}) == ["otlp-headers"]
    assert cloud.read("otlp-headers") == "api-key=abc"
    assert secrets.complete(account) == []
    with pytest.raises(PreconditionError, match="dev uses no otlp-headers"):
        secrets.complete(cloud.account, files={"--otlp-headers": headers})


@pytest.mark.feature("S7")
def test_client_secret_is_required_stored_and_rotated(cloud: Cloud, tmp_path: Path) -> None:
    auth = {"mode": "oidc", "issuer": "https://login.example.com", "client_id": "airflow", "default_role": "Viewer"}
    account = Cloud.account_of(
        Cloud.environment(auth=auth, load_balancer={"domain_name": "airflow.example.com", "hosted_zone_id": "Z12345"})
    )
    with pytest.raises(PreconditionError, match=r"oidc-client-secret does not exist.*secrets dev --client-secret FILE"):
        secrets.complete(account)
    file = tmp_path / "secret"
    file.write_text("two words")
    with pytest.raises(PreconditionError, match=r"is not a client secret of Airflow at the identity provider. Fix: "):
        secrets.complete(account, files={"--client-secret": file})
    file.write_text("first-value\n")
    assert secrets.complete(account, files={"--client-secret": file}) == ["oidc-client-secret"]
    assert cloud.read("oidc-client-secret") == "first-value"
    assert secrets.complete(account) == []
    file.write_text("second-value\n")
    rotation_of("oidc", file)(account)
    assert cloud.read("oidc-client-secret") == "second-value"
    for name, given, message in (("oidc", None, "add --from FILE"), ("jwt", file, "omit --from")):
        with pytest.raises(PreconditionError, match=message):
            rotation_of(name, given)
    with pytest.raises(PreconditionError, match=r"dev uses no oidc-client-secret. Fix: set auth.mode: oidc"):
        secrets.complete(cloud.account, files={"--client-secret": file})


@pytest.mark.feature("S2")
def test_no_secret_value_is_printed(cloud: Cloud, capfd: pytest.CaptureFixture[str]) -> None:
    secrets.complete(cloud.account)
    for rotate in ROTATIONS.values():
        rotate(cloud.account)
    printed = "".join(capfd.readouterr())
    assert "fernet" in printed
    assert not [name for name in ALL if cloud.read(name) in printed]


@pytest.mark.feature("T9", "S1")
def test_broker_gets_the_user_group_in_place_of_the_token_and_back(cloud: Cloud) -> None:
    def broker() -> tuple[list[str], bool]:
        (found,) = cloud.client("elasticache").describe_replication_groups()["ReplicationGroups"]
        return found["UserGroupIds"], found["AuthTokenEnabled"]

    iam = cloud.account_of(cloud.environment(broker={"authentication": "iam"}))
    secrets.complete(cloud.account)
    assert broker() == ([], True)
    for _ in range(2):
        secrets.complete(iam)
        assert broker() == ([cloud.names.name], False)
    secrets.complete(cloud.account)
    assert broker() == ([], True)
    assert broker_tokens(cloud) == ("SET", cloud.read("broker-auth-token"))


@pytest.mark.feature("T9", "S1")
def test_broker_with_users_needs_no_token_in_parameter_store(cloud: Cloud) -> None:
    cloud.client("ssm").delete_parameter(Name=cloud.names.parameter("broker-auth-token"))
    assert secrets.complete(cloud.account_of(cloud.environment(broker={"authentication": "iam"}))) == []
