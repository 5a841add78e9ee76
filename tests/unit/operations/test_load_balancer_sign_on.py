"""The load balancer gets the client secret from Parameter Store, and the check finds what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from environments.load import from_data
from operations import load_balancer_sign_on as sign_on
from operations import verify
from operations.account import Account
from operations.errors import OperationError, PreconditionError
from operations.rotate import rotation_of
from tests import listener_rules
from tests.synthesis import deployed_data
from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.operations.cloud import Cloud

pytestmark = pytest.mark.feature("S7")
ISSUER = "https://login.example.com/realm"
CONFIGURATION = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "userinfo_endpoint": f"{ISSUER}/me",
}


def configuration(**changes: str) -> bytes:
    """The answer of the issuer."""
    return json.dumps({**CONFIGURATION, **changes}).encode()


DATA = changed(
    SMALLEST,
    {
        "account_id": "123456789012",
        "load_balancer": {
            "certificate_arn": "arn:aws:acm:eu-central-1:123456789012:certificate/0000",
            "domain_name": "airflow.example.com",
            "scheme": "internet-facing",
            "allowed_cidrs": ["203.0.113.0/24"],
        },
        "auth": {
            "mode": "alb_oidc",
            "issuer": ISSUER,
            "client_id": "airflow",
            "scopes": ["groups"],
            "default_role": "Viewer",
            "session_minutes": 60,
        },
    },
)


def config(unauthenticated: str) -> dict[str, Any]:
    return {
        "Issuer": ISSUER,
        "AuthorizationEndpoint": f"{ISSUER}/authorize",
        "TokenEndpoint": f"{ISSUER}/token",
        "UserInfoEndpoint": f"{ISSUER}/me",
        "ClientId": "airflow",
        "Scope": "openid groups",
        "SessionTimeout": 3600,
        "OnUnauthenticatedRequest": unauthenticated,
    }


@pytest.fixture
def account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An environment whose load balancer Terraform has just created, and whose issuer answers."""
    monkeypatch.setattr(sign_on, "_read", lambda _where: configuration())
    found = Cloud.account_of(from_data(DATA, source="test"))
    listener_rules.create(found, deployed_data(DATA))
    cloud.put("oidc-client-secret", "the-first-secret")
    return found


def actions(account: Account) -> dict[str, list[dict[str, Any]]]:
    (balancer,) = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    (https,) = account.client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return {rule["Priority"]: rule["Actions"] for rule in listener_rules.rules(account, https["ListenerArn"])}


def test_people_get_503_until_the_actions_are_set(account: Account) -> None:
    assert {actions(account)[name][0]["Type"] for name in ("20", "30", "40", "default")} == {"fixed-response"}
    assert len(list(sign_on.problems(account))) == 3
    sign_on.set_up(account)
    found = actions(account)
    for priority, unauthenticated in (("20", "authenticate"), ("30", "deny"), ("40", "authenticate")):
        first, second = found[priority]
        assert first["AuthenticateOidcConfig"] == config(unauthenticated)
        assert second["Type"] == "forward"
    assert found["default"][0]["Type"] == "fixed-response", "a request that no rule knows is forwarded to nobody"
    assert list(sign_on.problems(account)) == []


def test_secret_reaches_the_load_balancer_and_is_printed_nowhere(
    account: Account, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sent: list[dict[str, Any]] = []
    client = account.client("elbv2")
    client.meta.events.register("provide-client-params.elbv2.ModifyRule", lambda params, **_: sent.append(params))
    sign_on.set_up(account)
    file = tmp_path / "secret"
    file.write_text("the-second-secret")
    rotation_of("oidc", file)(account)
    client.meta.events.unregister("provide-client-params.elbv2.ModifyRule")
    secrets = [params["Actions"][0]["AuthenticateOidcConfig"]["ClientSecret"] for params in sent]
    assert secrets == ["the-first-secret"] * 3 + ["the-second-secret"] * 3
    printed = "".join(capfd.readouterr())
    assert f"{ISSUER}/authorize" in printed
    assert "-secret" not in printed.replace("oidc-client-secret", "")
    assert account.steps.complete == ["new value stored", "secret of the load balancer"]


@pytest.mark.parametrize(
    "change",
    [
        lambda actions: actions[1:],
        lambda actions: [_with(actions[0], TokenEndpoint="https://evil.example/token"), actions[1]],
        lambda actions: [_with(actions[0], ClientId="another"), actions[1]],
        lambda actions: [_with(actions[0], OnUnauthenticatedRequest="allow"), actions[1]],
        lambda actions: [_with(actions[0], SessionTimeout=604800), actions[1]],
    ],
    ids=["without authentication", "another endpoint", "another client", "everybody", "longer session"],
)
def test_changed_action_is_a_problem_of_verify(account: Account, change: Any) -> None:
    sign_on.set_up(account)
    (balancer,) = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    (https,) = account.client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rule = next(r for r in listener_rules.rules(account, https["ListenerArn"]) if r["Priority"] == "40")
    account.client("elbv2").modify_rule(RuleArn=rule["RuleArn"], Actions=change(rule["Actions"]))
    (check,) = verify.CHECKS[verify.SIGN_ON](account)
    assert check.problem is not None
    assert "the rule of /* has other actions" in check.problem
    assert "Fix: .venv/bin/python -m operations deploy dev" in check.problem
    sign_on.set_up(account)
    (check,) = verify.CHECKS[verify.SIGN_ON](account)
    assert check.problem is None


def _with(action: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = {**action["AuthenticateOidcConfig"], **changes, "ClientSecret": "x"}
    return {**action, "AuthenticateOidcConfig": given}


def test_environment_without_it_has_no_such_check(cloud: Cloud) -> None:
    assert list(verify.CHECKS[verify.SIGN_ON](cloud.account)) == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            OSError("timed out"),
            r"does not answer at https://login.example.com/realm/.well-known/openid-configuration: ",
        ),
        (b"<html>", "does not answer"),
        (configuration(issuer="https://other.example"), "belongs to 'https://other.example'"),
        (configuration(token_endpoint="http://login.example.com/t"), "token_endpoint has no TLS"),
        (b"{}", "it lacks 'issuer'"),
        (b"[]", "is no configuration of an identity provider"),
    ],
    ids=["no answer", "page", "another issuer", "no TLS", "empty", "list"],
)
def test_issuer_that_is_not_usable_changes_no_rule(
    account: Account, monkeypatch: pytest.MonkeyPatch, answer: Any, message: str
) -> None:
    def read(_where: str) -> bytes:
        if isinstance(answer, Exception):
            raise answer
        return bytes(answer)

    monkeypatch.setattr(sign_on, "_read", read)
    with pytest.raises(OperationError, match=message):
        sign_on.set_up(account)
    assert actions(account)["40"][0]["Type"] == "fixed-response"


def test_load_balancer_that_does_not_exist_names_deploy(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_on, "_read", lambda _where: configuration())
    account = Cloud.account_of(from_data(DATA, source="test"))
    cloud.put("oidc-client-secret", "the-secret")
    with pytest.raises(PreconditionError, match=r"load balancer airflow-dev does not exist. Fix: .* deploy dev"):
        sign_on.set_up(account)
