"""Sign-on in Chromium: a real identity provider, a proxy that ends TLS, and one api-server for all tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from playwright.sync_api import Page, Response

from local.containers.engine import docker
from tests.image import sign_on_platform
from tests.image.identity_provider import CLIENT_ID, CLIENT_SECRET, Claims, IdentityProvider, given, shifted
from tests.image.services import SECRETS, Services
from tests.image.sign_on_platform import ADMIN, SESSION_MINUTES, Platform
from tests.image.tls_proxy import TlsProxy

pytestmark = [pytest.mark.feature("S7"), pytest.mark.xdist_group("sign_on")]


@pytest.fixture(scope="module")
def platform(migrated: Services, isolated_chromium: str) -> Iterator[Platform]:
    def environ(issuer: IdentityProvider, proxy: TlsProxy) -> dict[str, str]:
        issuer.allow(f"{proxy.address}/auth/oauth-authorized/oidc")
        return {"AIRFLOW_AUTH_MODE": "oidc", "AIRFLOW_OIDC_CLIENT_SECRET": CLIENT_SECRET}

    with sign_on_platform.serving(migrated, isolated_chromium, name="sign-on", environ=environ) as found:
        yield found


@pytest.fixture(autouse=True)
def _without_failures(platform: Platform) -> Iterator[None]:
    yield
    platform.issuer.reset()


def test_a_person_signs_in_from_the_start_page_and_arrives_in_airflow(platform: Platform) -> None:
    subject = platform.issuer.user("ann", groups=["platform"], given_name="Ann", family_name="Lee", email="ann@x.org")
    page = platform.open_start_page(subject)
    assert platform.status(page) == 200
    assert platform.query("select first_name, last_name, email from ab_user where username = 'oidc:ann'") == [
        ["Ann", "Lee", "ann@x.org"]
    ]
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert all(cookies[name]["secure"] and cookies[name]["httpOnly"] for name in ("session", "_token"))


@pytest.mark.parametrize(
    ("groups", "roles", "may_write"),
    [
        (["platform"], {"Admin"}, True),
        (["everybody", "on-call", "unknown"], {"Viewer", "Op"}, True),
        (["everybody"], {"Viewer"}, False),
        ("everybody", {"Viewer"}, False),
    ],
    ids=["one group", "several groups", "a group that may only look", "a group that is a text"],
)
def test_groups_give_roles(platform: Platform, groups: Any, roles: set[str], may_write: bool) -> None:
    subject, page = platform.issuer.user(f"roles-{hash(str(groups))}", groups=groups), platform.page()
    platform.sign_in(page, subject)
    assert platform.roles(subject) == roles
    assert platform.status(page) == 200
    variable = {"key": subject, "value": "1"}
    written = platform.api("POST", "/api/v2/variables", json=variable, cookies=platform.cookies(page))
    assert written.status_code == (201 if may_write else 403)


def test_role_is_lost_with_the_group(platform: Platform) -> None:
    subject = platform.issuer.user("mover", groups=["platform"])
    platform.sign_in(platform.page(), subject)
    assert platform.roles(subject) == {"Admin"}
    platform.issuer.user("mover", groups=["everybody"])
    platform.sign_in(platform.page(), subject)
    assert platform.roles(subject) == {"Viewer"}
    platform.issuer.user("mover", groups=[])
    assert platform.sign_in(platform.page(), subject).status == 403
    assert platform.roles(subject) == set()


def _assert_rejected(platform: Platform, page: Page, response: Response, status: int, message: str) -> None:
    assert response.status == status, page.content()
    assert message in page.locator("[role=status]").inner_text()
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "_token"]
    assert platform.status(page) == 401


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"groups": ["sales"]}, "None of your groups gives a role in Airflow."),
        ({}, "has no claim 'groups', which decides about your role"),
        ({"groups": [1]}, "'groups' is not a list of groups"),
    ],
    ids=["a group without a role", "no claim", "a claim of another type"],
)
def test_person_without_a_role_is_rejected(platform: Platform, claims: Claims, message: str) -> None:
    subject, page = platform.issuer.user("stranger", **claims), platform.page()
    _assert_rejected(platform, page, platform.sign_in(page, subject), 403, message)
    assert platform.query("select count(*) from ab_user where username = 'oidc:stranger'") == [["0"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (given({"aud": "another-client"}), "aud"),
        (given({"aud": ["another-client"], "azp": CLIENT_ID}), "aud"),
        (given({"iss": "https://another.example"}), "iss"),
        (given({"nonce": "of-another-sign-in"}), "nonce"),
        (given({"nonce": None}), "nonce"),
        (given({"exp": None}), "exp"),
        (given({"exp": int(time.time()) - 120}), "it has expired, or the clocks"),
        (shifted(600, "iat", "exp"), "or the clocks of the identity provider and of Airflow differ"),
    ],
    ids=["audience", "authorized party", "issuer", "nonce", "no nonce", "no expiry", "expired", "clock ahead"],
)
def test_wrong_identity_token_is_rejected(platform: Platform, change: Callable[[Claims], None], message: str) -> None:
    subject, page = platform.issuer.user("token", groups=["platform"]), platform.page()
    platform.issuer.change = change
    response = platform.sign_in(page, subject)
    _assert_rejected(platform, page, response, 403, "The identity token was rejected")
    assert message in page.locator("[role=status]").inner_text()


def test_identity_token_with_another_signature_is_rejected(platform: Platform) -> None:
    subject, page = platform.issuer.user("token", groups=["platform"]), platform.page()
    platform.issuer.key = RSAKey.generate_key(2048)
    _assert_rejected(platform, page, platform.sign_in(page, subject), 403, "The identity token was rejected")


@pytest.mark.parametrize("seconds", [-30, 30], ids=["behind", "ahead"])
def test_clocks_may_differ_by_half_a_minute(platform: Platform, seconds: int) -> None:
    subject, page = platform.issuer.user("clock", groups=["everybody"]), platform.page()
    now = int(time.time())
    platform.issuer.change = given({"exp": now + seconds}) if seconds < 0 else shifted(seconds, "iat", "exp")
    platform.sign_in(page, subject)
    assert platform.status(page) == 200


def test_changed_client_secret_is_named_with_the_command_that_stores_it(platform: Platform) -> None:
    subject, page = platform.issuer.user("secret", groups=["platform"]), platform.page()
    platform.issuer.secret = "another-secret"
    response = platform.sign_in(page, subject)
    _assert_rejected(platform, page, response, 502, "operations rotate <environment> oidc --from FILE")
    assert CLIENT_SECRET not in platform.server.logs()


def test_issuer_that_does_not_answer_ends_with_a_message_within_seconds(platform: Platform) -> None:
    subject, page = platform.issuer.user("waiting", groups=["platform"]), platform.page()
    platform.issuer.delay_seconds = 6
    _assert_rejected(platform, page, platform.sign_in(page, subject), 503, "The identity provider does not answer.")


def test_person_who_denies_at_the_issuer_is_rejected(platform: Platform) -> None:
    page = platform.page()
    page.goto(f"{platform.address}/auth/login/")
    with page.expect_navigation() as ended:
        page.click("button[name=action]")
    _assert_rejected(platform, page, ended.value, 403, "rejected the sign-in")


def test_state_that_was_used_is_rejected_in_every_browser(platform: Platform) -> None:
    subject, page, seen = platform.issuer.user("replay", groups=["platform"]), platform.page(), list[str]()
    page.on("request", lambda request: seen.append(request.url))
    platform.sign_in(page, subject)
    (callback,) = (url for url in seen if "/oauth-authorized/" in url)
    message = "This sign-in was used already"
    again = page.goto(callback)
    assert again is not None
    assert again.status == 400
    assert message in page.locator("[role=status]").inner_text()
    other = platform.page()
    response = other.goto(callback)
    assert response is not None
    _assert_rejected(platform, other, response, 400, message)


def test_log_out_ends_the_session_in_airflow_and_at_the_issuer(platform: Platform) -> None:
    subject, page = platform.issuer.user("leaver", groups=["platform"]), platform.page()
    platform.sign_in(page, subject)
    kept = platform.cookies(page)
    page.goto(f"{platform.address}/api/v2/auth/logout")
    assert page.url.startswith(f"{platform.issuer.issuer}/oauth2/end_session")
    (query,) = platform.issuer.ended[-1:]
    assert query["post_logout_redirect_uri"] == [f"{platform.address}/auth/signed-out/"]
    assert query["id_token_hint"][0].count(".") == 2
    assert platform.status(page) == 401
    copied = platform.api("GET", "/api/v2/dags", cookies=kept)
    assert copied.status_code in {401, 403}, "a copy of the cookies is of no use after log-out"
    following = platform.api("GET", "/auth/login/", cookies=kept, allow_redirects=False)
    assert following.headers["Location"].startswith(platform.issuer.issuer)


def test_ended_session_leads_back_to_the_issuer(platform: Platform) -> None:
    subject, page = platform.issuer.user("sleeper", groups=["platform"]), platform.page()
    platform.sign_in(page, subject)
    (cookie,) = (cookie for cookie in page.context.cookies(platform.address) if cookie["name"] == "_token")
    key = OctKey.import_key(SECRETS["AIRFLOW__API_AUTH__JWT_SECRET"])
    found = jwt.decode(cookie["value"], key, algorithms=["HS512"])
    claims = found.claims
    assert claims["exp"] - claims["iat"] <= SESSION_MINUTES * 60
    platform.query("update session set expiry = now() - interval '1 minute'; select 1")
    expired = {**claims, "iat": claims["iat"] - 7200, "nbf": claims["nbf"] - 7200, "exp": claims["exp"] - 7200}
    token = jwt.encode(found.header, expired, key, algorithms=["HS512"])
    page.context.clear_cookies(name="_token")
    page.context.add_cookies([{"name": "_token", "value": token, "url": platform.address}])
    assert platform.status(page) == 401
    page.goto(f"{platform.address}/auth/login/")
    assert page.url.startswith(platform.issuer.issuer)


def test_local_admin_gets_in_without_the_issuer(platform: Platform) -> None:
    page = platform.page()
    page.goto(f"{platform.address}/auth/local/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", "wrong")
    page.click("button")
    assert page.locator("[role=alert]").inner_text() == "Unknown user or wrong password."
    assert platform.status(page) == 401
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", ADMIN["password"])
    page.click("button")
    assert platform.status(page, "/api/v2/connections") == 200
    assert "local user 'admin' signed in with a password from" in platform.server.logs()


def test_a_person_called_admin_at_the_issuer_is_not_the_local_admin(platform: Platform) -> None:
    subject, page = platform.issuer.user("admin", groups=["everybody"], email="admin@localhost"), platform.page()
    platform.sign_in(page, subject)
    assert platform.status(page) == 200
    assert platform.status(page, "/api/v2/connections") == 403
    assert platform.roles("admin") == {"Viewer"}
    assert platform.api("POST", "/auth/token", json=ADMIN).status_code == 201


def test_program_gets_a_bearer_token_with_a_password_and_a_person_of_the_issuer_gets_none(platform: Platform) -> None:
    answer = platform.api("POST", "/auth/token", json=ADMIN)
    assert answer.status_code == 201
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert platform.api("GET", "/api/v2/dags", headers=bearer).status_code == 200
    subject = platform.issuer.user("program", groups=["platform"], email="program@x.org")
    platform.sign_in(platform.page(), subject)
    for name in (f"oidc:{subject}", "program@x.org"):
        response = platform.api("POST", "/auth/token", json={"username": name, "password": "x"})
        assert response.status_code == 401, name


def test_forged_forwarded_host_does_not_change_the_address_of_the_call_back(platform: Platform) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "X-Forwarded-Proto": "https"}
    answer = platform.api("GET", "/auth/login/", headers=forged, allow_redirects=False)
    assert "evil" not in answer.headers["Location"]


def test_sign_in_and_session_hold_over_two_api_servers_and_survive_the_end_of_one(platform: Platform) -> None:
    subject, page = platform.issuer.user("stayer", groups=["platform"]), platform.page()
    second = platform.start("sign-on-second")
    second.wait_healthy(seconds=300)
    page.goto(f"{platform.address}/auth/login/")
    platform.proxy.target = (second.address, 8080)
    page.fill("input[name=sub]", subject)
    with page.expect_navigation():
        page.click("button:not([name])")
    assert page.url == f"{platform.address}/", "the second server ends the sign-in that the first one began"
    platform.proxy.target = (platform.server.address, 8080)
    assert platform.status(page) == 200
    docker("stop", "--time", "5", platform.server.id)
    platform.proxy.target = (second.address, 8080)
    assert platform.status(page) == 200
    page.context.clear_cookies(name="_token")
    page.goto(f"{platform.address}/auth/login/")
    assert page.url == f"{platform.address}/", "the session in the database gives a new token"
    assert platform.status(page) == 200
    second.remove()
