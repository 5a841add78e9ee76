"""S1, S2, S6: secrets made, judged and rotated; values come out nowhere."""

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
from operations.errors import Failed, Refused
from operations.rotate import ROTATIONS
from tests.unit.operations.cloud import Cloud, exit_codes

ALL = names_for_topology("celery")
SOUND_KEY = base64.urlsafe_b64encode(b"x" * 32).decode()


def broker_tokens(cloud: Cloud) -> tuple[str, str] | None:
    """Strategy and token that the broker was given last."""
    shelf: dict[str, Any] = elasticache_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].__dict__.get("_gap_auth", {})
    return shelf.get(cloud.names.name)


@pytest.mark.feature("S1")
@pytest.mark.parametrize("name", ALL)
def test_a_fresh_secret_is_right(name: str) -> None:
    first, second = SPECIFICATIONS[name].generate(), SPECIFICATIONS[name].generate()
    assert first != second
    assert SPECIFICATIONS[name].validate(first) is None


@pytest.mark.feature("S1")
@pytest.mark.parametrize(
    ("name", "value", "mistake"),
    [
        ("fernet-key", "short", "key 1 is not 32 bytes in URL-safe base64"),
        ("fernet-key", f"{SOUND_KEY},no", "key 2 is not 32 bytes in URL-safe base64"),
        ("fernet-key", "", "key 1 is not 32 bytes in URL-safe base64"),
        ("broker-auth-token", "x" * 15, "has 15 characters, must have 16 to 128"),
        ("database-password", "with a space", "contains a character of '/@\" '"),
        ("jwt-secret", "changeme", "has 8 characters, must have 32 to 4096"),
    ],
)
def test_a_wrong_secret_is_told_by_name_only(cloud: Cloud, name: str, value: str, mistake: str) -> None:
    if value:
        cloud.put(name, value)
        with pytest.raises(Refused) as refused:
            secrets.complete(cloud.account)
        assert str(refused.value).startswith(f"/airflow/dev/{name} {mistake}. Fix: delete it")
        assert value not in str(refused.value).replace(mistake, "")
    assert SPECIFICATIONS[name].validate(value) == mistake


@pytest.mark.feature("S1")
def test_missing_secrets_are_made_and_others_left_alone(cloud: Cloud) -> None:
    kept = {name: cloud.read(name) for name in ALL if name != "jwt-secret"}
    cloud.client("ssm").delete_parameter(Name=cloud.names.parameter("jwt-secret"))
    assert secrets.complete(cloud.account) == ["jwt-secret"]
    assert {name: cloud.read(name) for name in kept} == kept
    made = cloud.client("ssm").describe_parameters()["Parameters"]
    assert {one["Type"] for one in made} == {"SecureString"}
    jwt = next(one for one in made if one["Name"].endswith("jwt-secret"))
    assert jwt["KeyId"] == cloud.names.secrets_key


@pytest.mark.feature("S1")
def test_a_second_run_makes_nothing(cloud: Cloud) -> None:
    assert secrets.complete(cloud.account) == []
    assert secrets.complete(cloud.account) == []


@pytest.mark.feature("S1")
def test_without_a_foundation_nothing_is_stored(empty_account: Account) -> None:
    with pytest.raises(Refused, match=r"KMS key alias/airflow-dev-secrets does not exist. Fix: make deploy ENV=dev"):
        secrets.complete(empty_account)
    assert empty_account.client("ssm").describe_parameters()["Parameters"] == []


@pytest.mark.feature("S1")
def test_a_readable_parameter_is_refused(cloud: Cloud) -> None:
    cloud.client("ssm").delete_parameter(Name=cloud.names.parameter("jwt-secret"))
    cloud.put("jwt-secret", "x" * 64, kind="String")
    with pytest.raises(Refused, match=r"/airflow/dev/jwt-secret is a String, so anybody may read it"):
        secrets.complete(cloud.account)


@pytest.mark.feature("S1")
def test_the_broker_demands_the_token_of_parameter_store(cloud: Cloud) -> None:
    secrets.complete(cloud.account)
    assert broker_tokens(cloud) == ("SET", cloud.read("broker-auth-token"))


@pytest.mark.feature("G2")
def test_a_deploy_key_is_asked_for_and_stored(cloud: Cloud, tmp_path: Path) -> None:
    dags = {
        "delivery": "git_sync",
        "repository": "git@example.com:dags.git",
        "deploy_key": True,
        "known_hosts": ["example.com ssh-ed25519 AAAA"],
    }
    account = Cloud.account_of(Cloud.environment(dags=dags))
    with pytest.raises(Refused, match=r"git-deploy-key does not exist.*secrets dev --deploy-key FILE"):
        secrets.complete(account)
    key = tmp_path / "id_ed25519"
    key.write_text("ssh-ed25519 AAAA public")
    with pytest.raises(Refused, match=r"is not a private SSH key"):
        secrets.complete(account, deploy_key=key)
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n")
    assert secrets.complete(account, deploy_key=key) == ["git-deploy-key"]
    assert cloud.read("git-deploy-key") == key.read_text()
    assert secrets.complete(account) == []


@pytest.mark.feature("S6")
def test_fernet_goes_through_two_keys(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_fernet_keeps_both_keys_when_encrypting_again_fails(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(3))
    old = cloud.read("fernet-key")
    with pytest.raises(Failed, match=r"encrypting again ended with exit code 3; both keys stay"):
        ROTATIONS["fernet"](cloud.account)
    both = cloud.read("fernet-key").split(",")
    assert both[1:] == [old]
    ROTATIONS["fernet"](cloud.account)
    assert cloud.read("fernet-key") == both[0]


@pytest.mark.feature("S6")
@pytest.mark.parametrize(("rotation", "name"), [("jwt", "jwt-secret"), ("api", "api-secret-key")])
def test_a_secret_of_airflow_alone_rolls_every_service(cloud: Cloud, rotation: str, name: str) -> None:
    old, before = cloud.read(name), cloud.deployments()
    ROTATIONS[rotation](cloud.account)
    assert cloud.read(name) != old
    assert all(identity != before[service] for service, identity in cloud.deployments().items())


@pytest.mark.feature("S6")
def test_the_database_learns_the_password_that_is_stored(cloud: Cloud) -> None:
    before = cloud.deployments()
    ROTATIONS["database"](cloud.account)
    from moto.rds.models import rds_backends

    instance = rds_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].databases[cloud.names.name]
    assert instance._master_user_password == cloud.read("database-password")
    assert cloud.deployments() != before
    names = [one["Name"] for one in cloud.client("ssm").describe_parameters()["Parameters"]]
    assert cloud.names.parameter("database-password-next") not in names


@pytest.mark.feature("S6")
def test_a_rotation_that_was_broken_off_goes_on_with_the_same_value(cloud: Cloud) -> None:
    cloud.put("database-password-next", "remembered-from-the-first-try")
    ROTATIONS["database"](cloud.account)
    assert cloud.read("database-password") == "remembered-from-the-first-try"


@pytest.mark.feature("S6")
def test_the_broker_takes_both_tokens_while_services_roll(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    during = []
    monkeypatch.setattr("operations.rotate.roll", lambda _account, **_why: during.append(broker_tokens(cloud)))
    ROTATIONS["broker"](cloud.account)
    token = cloud.read("broker-auth-token")
    assert during == [("ROTATE", token)]
    assert broker_tokens(cloud) == ("SET", token)


@pytest.mark.feature("S2")
def test_no_value_in_what_is_printed(cloud: Cloud, capfd: pytest.CaptureFixture[str]) -> None:
    secrets.complete(cloud.account)
    for rotate in ROTATIONS.values():
        rotate(cloud.account)
    printed = "".join(capfd.readouterr())
    assert "fernet" in printed
    assert not [name for name in ALL if cloud.read(name) in printed]
