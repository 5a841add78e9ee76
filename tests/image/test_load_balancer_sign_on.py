"""Sign-on at the load balancer in Chromium: a fake of it with the listener rules of the synthesized environment.

The rules are those of ``modules``, and their actions are those that ``operations`` sets.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey

from tests.image import sign_on_platform
from tests.image.balancer_sign_on import set_up, through
from tests.image.fake_load_balancer import COOKIE, FakeLoadBalancer
from tests.image.identity_provider import CLIENT_ID, KEYS_PATH, IdentityProvider
from tests.image.services import Services
from tests.image.sign_on_platform import ADMIN, Platform
from tests.image.tls_proxy import TlsProxy

pytestmark = [pytest.mark.feature("S7"), pytest.mark.xdist_group("sign_on")]


@pytest.fixture(scope="module")
def balancer(migrated: Services) -> FakeLoadBalancer:
    return FakeLoadBalancer(authority=migrated.certificate)


@pytest.fixture(scope="module")
def rules_of_terraform() -> list[dict[str, Any]]:
    """The rules before ``operations deploy`` set their actions."""
    return []


@pytest.fixture(scope="module")
def platform(
    migrated: Services,
    isolated_chromium: str,
    balancer: FakeLoadBalancer,
    rules_of_terraform: list[dict[str, Any]],
) -> Iterator[Platform]:
    def environ(issuer: IdentityProvider, proxy: TlsProxy) -> dict[str, str]:
        patch.setattr(socket, "getaddrinfo", resolved)  # as the load balancer finds the issuer
        issuer.allow(f"{proxy.address}/oauth2/idpresponse")
        issuer.pkce = False
        issuer.public_keys[balancer.key_id] = balancer.key.as_pem(private=False).decode()
        rules_of_terraform.extend(set_up(balancer, issuer))
        return {
            "AIRFLOW_AUTH_MODE": "alb_oidc",
            "AIRFLOW_ALB_ARN": balancer.arn,
            "AIRFLOW_ALB_PUBLIC_KEYS": f"{issuer.issuer}{KEYS_PATH}",
        }

    resolve = socket.getaddrinfo

    def resolved(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve(migrated.gateway if host == "login.example" else host, *arguments, **options)

    with (
        pytest.MonkeyPatch.context() as patch,
        sign_on_platform.serving(
            migrated, isolated_chromium, name="sign-on-alb", environ=environ, admit=balancer.admit
        ) as found,
    ):
        yield found


def test_person_signs_in_at_the_issuer_and_arrives_in_airflow(platform: Platform) -> None:
    subject = platform.issuer.user("ann", groups=["platform"], given_name="Ann", email="ann@x.org")
    page = platform.open_start_page(subject)
    assert page.evaluate("fetch('/api/v2/dags').then(answer => answer.status)") == 200
    assert platform.query("select first_name, email from ab_user where username = 'oidc:ann'") == [["Ann", "ann@x.org"]]


@pytest.mark.parametrize(
    ("groups", "roles", "may_write"),
    [(["platform", "everybody"], {"Admin", "Viewer"}, True), (["everybody"], {"Viewer"}, False)],
    ids=["several groups", "a group that may only look"],
)
def test_groups_of_the_signed_header_give_roles(
    platform: Platform, groups: list[str], roles: set[str], may_write: bool
) -> None:
    subject, page = platform.issuer.user(f"roles-{len(groups)}", groups=groups), platform.page()
    platform.sign_in(page, subject)
    assert platform.roles(subject) == roles
    written = through(
        platform, "POST", "/api/v2/variables", json={"key": subject, "value": "1"}, cookies=platform.cookies(page)
    )
    assert written.status_code == (201 if may_write else 403)


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"groups": ["sales"]}, "None of your groups gives a role in Airflow."),
        ({}, "has no claim 'groups', which decides about your role"),
    ],
    ids=["a group without a role", "no claim"],
)
def test_person_without_a_role_is_rejected(platform: Platform, claims: dict[str, Any], message: str) -> None:
    subject, page = platform.issuer.user("stranger", **claims), platform.page()
    assert platform.sign_in(page, subject).status == 403
    assert message in page.locator("[role=status]").inner_text()
    assert through(platform, "GET", "/api/v2/dags", cookies=platform.cookies(page)).status_code == 401
    assert platform.query("select count(*) from ab_user where username = 'oidc:stranger'") == [["0"]]


def test_log_out_ends_the_sessions_in_airflow_at_the_load_balancer_and_at_the_issuer(platform: Platform) -> None:
    subject, page = platform.issuer.user("leaver", groups=["platform"]), platform.page()
    platform.sign_in(page, subject)
    kept = platform.cookies(page)
    page.goto(f"{platform.address}/api/v2/auth/logout")
    assert page.url.startswith(f"{platform.issuer.issuer}/oauth2/end_session")
    assert platform.issuer.ended[-1] == {
        "client_id": [CLIENT_ID],
        "post_logout_redirect_uri": [f"{platform.address}/auth/signed-out/"],
    }
    assert not {COOKIE, "_token"} & platform.cookies(page).keys()
    copied = through(platform, "GET", "/api/v2/dags", cookies=kept)
    assert copied.status_code in {401, 403}, "a copy of the cookies is of no use after log-out"
    page.goto(f"{platform.address}/auth/signed-out/")
    assert "You are signed out of Airflow." in page.content()
    page.goto(f"{platform.address}/")
    assert page.url.startswith(f"{platform.issuer.issuer}/oauth2/authorize")


def test_ended_session_of_the_load_balancer_leads_back_to_the_issuer(
    platform: Platform, balancer: FakeLoadBalancer
) -> None:
    subject, page = platform.issuer.user("sleeper", groups=["platform"]), platform.page()
    platform.sign_in(page, subject)
    assert through(platform, "GET", "/ui/config", cookies=platform.cookies(page)).status_code == 200
    balancer.end_sessions()
    for path in ("/ui/config", "/api/v2/dags"):
        response = through(platform, "GET", path, cookies=platform.cookies(page))
        assert response.status_code == 401, "a script gets an answer that it understands"
    for path in ("/", "/api/v2/auth/login"):
        page.goto(f"{platform.address}{path}")
        assert page.url.startswith(f"{platform.issuer.issuer}/oauth2/authorize")


def test_next_person_who_signs_in_in_the_same_browser_is_not_the_last_one(
    platform: Platform, balancer: FakeLoadBalancer
) -> None:
    first = platform.issuer.user("first", groups=["platform"])
    second = platform.issuer.user("second", groups=["everybody"])
    page = platform.page()
    platform.sign_in(page, first)
    balancer.end_sessions()
    platform.sign_in(page, second)
    connections = through(platform, "GET", "/api/v2/connections", cookies=platform.cookies(page))
    assert connections.status_code == 403, "the second person is no administrator"


def test_people_get_503_until_the_deployment_has_set_the_actions(
    platform: Platform, balancer: FakeLoadBalancer, rules_of_terraform: list[dict[str, Any]]
) -> None:
    page, ready = platform.page(), balancer.rules
    subject = platform.issuer.user("early", groups=["platform"])
    platform.sign_in(page, subject)
    balancer.rules = rules_of_terraform
    try:
        for path in ("/", "/auth/login/", "/auth/local/", "/ui/config", "/api/v2/dags", "/oauth2/idpresponse"):
            answer = through(platform, "GET", path, cookies=platform.cookies(page))
            assert (answer.status_code, "operations deploy" in answer.text) == (503, True), path
    finally:
        balancer.rules = ready


def test_program_uses_a_bearer_token_without_a_session_of_the_load_balancer(platform: Platform) -> None:
    answer = through(platform, "POST", "/auth/token", json=ADMIN)
    assert answer.status_code == 201
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert through(platform, "GET", "/api/v2/connections", headers=bearer).status_code == 200
    assert through(platform, "GET", "/api/v2/dags", headers={"Authorization": "Bearer x"}).status_code == 403
    assert through(platform, "GET", "/api/v2/dags").status_code == 401
    assert through(platform, "POST", "/auth/token", json={**ADMIN, "password": "wrong"}).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"signer": "arn:aws:elasticloadbalancing:eu-central-1:999999999999:loadbalancer/app/other/0123456789abcdef"},
        {"client": "another"},
        {"exp": int(time.time()) - 120},
        {"kid": "99999999-89ab-cdef-0123-456789abcdef"},
    ],
    ids=["another load balancer", "another client", "expired", "unknown key"],
)
def test_statement_that_is_not_for_this_airflow_is_rejected(
    platform: Platform, balancer: FakeLoadBalancer, change: dict[str, Any]
) -> None:
    wrong = balancer.statement({"sub": "eve", "groups": ["platform"]}, balancer.config, **change)
    answer = platform.api("GET", "/auth/login/", headers={"X-Amzn-Oidc-Data": wrong}, allow_redirects=False)
    assert answer.status_code == 403
    assert "The statement of the load balancer about you was rejected" in answer.text
    assert "_token" not in answer.cookies


def test_forged_header_is_rejected_on_every_path(platform: Platform, balancer: FakeLoadBalancer) -> None:
    forger = FakeLoadBalancer(
        authority=balancer.authority, arn=balancer.arn, rules=balancer.rules, key=ECKey.generate_key("P-256")
    )
    forged = {"X-Amzn-Oidc-Data": forger.statement({"sub": "eve", "groups": ["platform"]}, balancer.config)}
    direct = platform.api("GET", "/auth/login/", headers=forged, allow_redirects=False)
    assert (direct.status_code, "its signature is wrong" in direct.text) == (403, True)
    assert platform.api("GET", "/auth/login/", allow_redirects=False).status_code == 401
    program = {**forged, "Authorization": "Bearer x"}
    assert through(platform, "GET", "/api/v2/dags", headers=program).status_code == 403
    following = through(platform, "GET", "/auth/login/", headers=program)
    assert following.headers["Location"].startswith(f"{platform.issuer.issuer}/oauth2/authorize")
    subject, page = platform.issuer.user("viewer", groups=["everybody"]), platform.page()
    platform.sign_in(page, subject)
    page.set_extra_http_headers(forged)
    page.goto(f"{platform.address}/auth/login/")
    assert platform.roles(subject) == {"Viewer"}, "the load balancer replaces the header of a browser"
    assert platform.query("select count(*) from ab_user where username = 'oidc:eve'") == [["0"]]
