"""Sign-on: settings from variables, a user from claims, and the checks of the client."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from airflow_fargate import configuration
from airflow_fargate.components import find
from airflow_fargate.sign_on import client, settings
from airflow_fargate.sign_on.identity import SignOnError, identity_of
from airflow_fargate.sign_on.settings import SignOn
from airflow_fargate.startup_error import StartupError
from authlib.integrations.base_client.errors import OAuthError

pytestmark = pytest.mark.feature("S7")
ENVIRON = {
    "AIRFLOW_AUTH_MODE": "oidc",
    "AIRFLOW_OIDC_ISSUER": "https://login.example.com/realm/",
    "AIRFLOW_OIDC_CLIENT_ID": "airflow",
    "AIRFLOW_OIDC_CLIENT_SECRET": "the-client-secret",
    "AIRFLOW_OIDC_ROLES": '{"Admin": ["platform"], "Viewer": ["everybody", "guests"]}',
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AIRFLOW_AUTH_MODE": "saml"}, "AIRFLOW_AUTH_MODE: expected password, oidc or alb_oidc, got 'saml'"),
        ({"AIRFLOW_OIDC_ISSUER": "http://login.example.com"}, "starts with https://, got 'http://login.example.com'"),
        ({"AIRFLOW_OIDC_CLIENT_ID": " "}, "AIRFLOW_OIDC_CLIENT_ID is missing or empty"),
        ({"AIRFLOW_OIDC_CLIENT_SECRET": ""}, "AIRFLOW_OIDC_CLIENT_SECRET is missing or empty"),
        ({"AIRFLOW_OIDC_ROLES": "{}"}, "no group gives a role, so nobody could sign in"),
        ({"AIRFLOW_OIDC_ROLES": "Admin"}, "expected JSON such as"),
        ({"AIRFLOW_OIDC_ROLES": '{"Owner": ["a"]}'}, "Owner is no role. Allowed: Viewer, User, Op, Admin"),
        ({"AIRFLOW_OIDC_DEFAULT_ROLE": "Owner"}, "expected one of Viewer, User, Op, Admin, got 'Owner'"),
    ],
)
def test_start_with_a_wrong_setting_ends_with_its_name(change: dict[str, str], message: str) -> None:
    with pytest.raises(StartupError) as error:
        settings.options({**ENVIRON, **change})
    assert message in str(error.value)
    assert ENVIRON["AIRFLOW_OIDC_CLIENT_SECRET"] not in str(error.value)


def test_only_the_processes_that_people_reach_need_the_client_secret() -> None:
    needing = {
        name
        for name in ("api-server", "standalone", "scheduler", "worker", "migrate")
        if "AIRFLOW_OIDC_CLIENT_SECRET" in find(name).needs(ENVIRON)
    }
    assert needing == {"api-server", "standalone"}
    assert "AIRFLOW_OIDC_CLIENT_SECRET" not in find("api-server").needs({})


def test_password_mode_changes_the_key_of_cookies_only() -> None:
    expected = {"AIRFLOW__FAB__CONFIG_FILE": settings.PASSWORD_CONFIG}
    assert settings.options({}) == settings.options({"AIRFLOW_AUTH_MODE": "password"}) == expected
    own = {"AIRFLOW__FAB__CONFIG_FILE": "/opt/airflow/webserver_config.py"}
    assert settings.options(own) == own


def test_api_server_believes_the_scheme_of_the_load_balancer_and_no_host_of_a_client() -> None:
    assert configuration.arguments(find("api-server"), {}) == ("--proxy-headers",)
    assert configuration.DEFAULTS["AIRFLOW__FAB__PROXY_FIX_X_HOST"] == "0"


def test_settings_do_not_show_the_client_secret() -> None:
    assert "the-client-secret" not in repr(SignOn.of(ENVIRON))


SETTINGS = SignOn.of(ENVIRON)


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"groups": ["platform", "guests"]}, ("Viewer", "Admin")),
        ({"groups": "everybody"}, ("Viewer",)),
        ({"groups": ["Platform"]}, ()),
        ({"groups": []}, ()),
    ],
)
def test_roles_follow_the_groups(claims: dict[str, Any], roles: tuple[str, ...]) -> None:
    assert identity_of({"sub": "1", **claims}, SETTINGS).roles == roles


def test_default_role_is_for_people_without_a_listed_group() -> None:
    with_default = SignOn.of({**ENVIRON, "AIRFLOW_OIDC_DEFAULT_ROLE": "User"})
    assert identity_of({"sub": "1"}, with_default).roles == ("User",)
    assert identity_of({"sub": "1", "groups": ["other"]}, with_default).roles == ("User",)
    assert identity_of({"sub": "1", "groups": ["guests"]}, with_default).roles == ("Viewer",)


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"groups": ["platform"]}, "no claim 'sub' with your user name"),
        ({"sub": " ", "groups": ["platform"]}, "no claim 'sub'"),
        ({"sub": 7, "groups": ["platform"]}, "no claim 'sub'"),
        ({"sub": "x" * 300, "groups": ["platform"]}, "too long"),
        ({"sub": "a\nb", "groups": ["platform"]}, "not printable"),
        ({"sub": "1"}, "no claim 'groups'"),
        ({"sub": "1", "groups": {"platform": True}}, "is not a list of groups"),
    ],
)
def test_claims_without_a_user_or_groups_are_rejected(claims: dict[str, Any], message: str) -> None:
    with pytest.raises(SignOnError, match=message):
        identity_of(claims, SETTINGS)


class Remote:
    """The issuer as Authlib's client shows it."""

    def __init__(self, *, issuer: str = SETTINGS.issuer, error: Exception | None = None, **answers: Any) -> None:
        self.server_metadata = {"issuer": issuer, "userinfo_endpoint": "https://login.example.com/me", **answers}
        self.error, self.token, self.options = error, {}, {}
        self.me: dict[str, Any] = {}

    def load_server_metadata(self) -> dict[str, Any]:
        if isinstance(self.error, requests.RequestException):
            raise self.error
        return self.server_metadata

    def authorize_access_token(self, **options: Any) -> dict[str, Any]:
        self.options = options
        if self.error:
            raise self.error
        return self.token

    def userinfo(self) -> dict[str, Any]:
        return self.me


def test_unsigned_and_symmetric_identity_tokens_are_not_accepted() -> None:
    remote = Remote(id_token_signing_alg_values_supported=["none", "HS256", "RS256"])
    assert client.metadata(remote, SETTINGS)["id_token_signing_alg_values_supported"] == ["RS256"]


@pytest.mark.parametrize(
    ("remote", "status", "message"),
    [
        (Remote(error=requests.ConnectionError()), 503, "does not answer"),
        (Remote(issuer="https://other.example"), 502, "calls itself 'https://other.example', not"),
        (Remote(error=OAuthError("invalid_client")), 502, "client id or client secret"),
        (Remote(error=OAuthError("access_denied", "no licence")), 403, "rejected the sign-in: no licence"),
        (Remote(), 403, "sent no identity token"),
    ],
)
def test_failure_of_the_issuer_has_a_message(remote: Remote, status: int, message: str) -> None:
    with pytest.raises(SignOnError, match=message) as error:
        client.claims(remote, SETTINGS)
    assert error.value.status == status


def test_groups_of_the_userinfo_endpoint_count_for_the_same_person_only() -> None:
    remote = Remote()
    remote.token = {"id_token": "a.b.c", "userinfo": {"sub": "1"}}
    remote.me = {"sub": "1", "groups": ["platform"]}
    assert client.claims(remote, SETTINGS)[0]["groups"] == ["platform"]
    assert remote.options["claims_options"]["aud"] == {"essential": True, "value": "airflow"}
    remote.me = {"sub": "2", "groups": ["platform"]}
    with pytest.raises(SignOnError, match="described another user"):
        client.claims(remote, SETTINGS)
