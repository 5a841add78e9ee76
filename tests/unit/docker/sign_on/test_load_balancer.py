"""Sign-on at the load balancer: only a statement that our load balancer signed for our client lets a person in."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import requests
from airflow_fargate.sign_on import load_balancer, settings
from airflow_fargate.sign_on.identity import SignOnError, identity_of
from airflow_fargate.sign_on.load_balancer import PublicKeys
from airflow_fargate.sign_on.settings import SignOn
from airflow_fargate.startup_error import StartupError
from cryptography.hazmat.primitives import hashes, hmac
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.load_balancer_statements import part, signature, statement

pytestmark = pytest.mark.feature("S7")
ARN = "arn:aws:elasticloadbalancing:eu-central-1:111111111111:loadbalancer/app/airflow-dev/0123456789abcdef"
ENVIRON = {
    "AIRFLOW_AUTH_MODE": "alb_oidc",
    "AIRFLOW_ALB_ARN": ARN,
    "AIRFLOW_OIDC_ISSUER": "https://login.example.com/",
    "AIRFLOW_OIDC_CLIENT_ID": "airflow",
    "AIRFLOW_OIDC_ROLES": '{"Admin": ["platform"]}',
}
SETTINGS = SignOn.of(ENVIRON)
NOW = 1_800_000_000
KEY_ID = "01234567-89ab-cdef-0123-456789abcdef"
OUR_REGION, OTHER_REGION = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
HEADER = {
    "alg": "ES256",
    "kid": KEY_ID,
    "signer": ARN,
    "iss": "https://login.example.com/",
    "client": "airflow",
    "exp": NOW + 120,
}
CLAIMS = {"sub": "ann", "groups": ["platform"], "email": "ann@example.com"}


def signed(header: dict[str, Any] = HEADER, claims: Any = CLAIMS, key: ECKey = OUR_REGION) -> str:
    return statement(header, claims, key)


class Endpoint:
    """The public keys of our region."""

    def __init__(self, *, status: int = 200, content: bytes = OUR_REGION.as_pem(private=False)) -> None:
        self.status, self.content, self.requested = status, content, list[str]()

    def __call__(self, address: str, **_options: Any) -> requests.Response:
        self.requested.append(address)
        answer = requests.Response()
        answer.status_code, answer._content = self.status, self.content
        return answer

    @property
    def keys(self) -> PublicKeys:
        return PublicKeys(address=SETTINGS.public_keys, get=self)


def claims_of(text: str | None, *, now: float = NOW, endpoint: Endpoint | None = None) -> dict[str, Any]:
    return load_balancer.claims(text, settings=SETTINGS, keys=(endpoint or Endpoint()).keys, now=now)


def test_signed_statement_gives_the_person_and_the_roles() -> None:
    endpoint = Endpoint()
    keys = endpoint.keys
    for _ in range(2):
        found = load_balancer.claims(signed(), settings=SETTINGS, keys=keys, now=NOW)
    assert identity_of(found, SETTINGS).username == "oidc:ann"
    assert identity_of(found, SETTINGS).roles == ("Admin",)
    assert endpoint.requested == [f"https://public-keys.auth.elb.eu-central-1.amazonaws.com/{KEY_ID}"]


def test_padding_may_be_absent_and_the_expiry_a_text() -> None:
    for length in range(4):  # every number of padding characters
        claims = {**CLAIMS, "x": "x" * length}
        assert claims_of(signed(claims=claims))["sub"] == "ann"
    assert claims_of(signed({**HEADER, "exp": str(NOW + 120)}))["sub"] == "ann"
    message = f"{part(HEADER)}.{part(CLAIMS)}".replace("=", "")
    unpadded = part(signature(message, OUR_REGION)).rstrip("=")
    assert claims_of(f"{message}.{unpadded}")["sub"] == "ann"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"signer": ARN.replace("dev", "other")}, "its 'signer' is 'arn:aws:.*other"),
        ({"signer": None}, "its 'signer' is missing"),
        ({"iss": "https://login.example.com"}, "its 'iss' is"),
        ({"client": "another"}, "its 'client' is 'another'"),
        ({"alg": "none"}, "its 'alg' is 'none'"),
        ({"alg": "HS256"}, "its 'alg' is 'HS256'"),
        ({"alg": "ES384"}, "its 'alg' is 'ES384'"),
        ({"kid": "../other/key"}, "'kid' is not the id of a key"),
        ({"kid": None}, "'kid' is not the id of a key"),
        ({"exp": NOW - 61}, "it has expired, or the clocks"),
        ({"exp": None}, "no time of expiry"),
        ({"exp": True}, "no time of expiry"),
        ({"exp": "soon"}, "no time of expiry"),
        ({"exp": math.nan}, "it has expired"),
    ],
)
def test_statement_with_another_header_is_rejected_before_a_key_is_requested(
    change: dict[str, Any], message: str
) -> None:
    endpoint = Endpoint()
    with pytest.raises(SignOnError, match=message) as error:
        claims_of(signed({**HEADER, **change}), endpoint=endpoint)
    assert error.value.status == 403
    assert endpoint.requested == []


def test_clocks_may_differ_by_a_minute() -> None:
    assert claims_of(signed({**HEADER, "exp": NOW - 59}))


def unsigned(header: dict[str, Any]) -> str:
    return f"{part(header)}.{part(CLAIMS)}."


def with_hmac_of_the_public_key() -> str:
    message = f"{part(HEADER)}.{part(CLAIMS)}"
    code = hmac.HMAC(OUR_REGION.as_pem(private=False), hashes.SHA256())
    code.update(message.encode())
    return f"{message}.{part(code.finalize())}"


def changed_claims() -> str:
    header, _, of_other_claims = signed().split(".")
    return f"{header}.{part({**CLAIMS, 'sub': 'admin'})}.{of_other_claims}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lambda: signed(key=OTHER_REGION), "its signature is wrong"),
        (changed_claims, "its signature is wrong"),
        (with_hmac_of_the_public_key, "its signature is wrong"),
        (lambda: unsigned(HEADER), "its signature is wrong"),
        (lambda: unsigned({**HEADER, "alg": "none"}), "its 'alg' is 'none'"),
        (lambda: f"{signed()},{signed()}", "not one signed token"),
        (lambda: "a.b", "not one signed token"),
        (lambda: "ä.b.c", "not base64url"),
        (lambda: f"{part(b'[]')}.{part(CLAIMS)}.{part(b'x')}", "no JSON object"),
        (lambda: f"{part(b'{')}.{part(CLAIMS)}.{part(b'x')}", "not JSON"),
        (lambda: signed(claims=b"[" * 100_000), "not JSON"),
        (lambda: signed(claims=b'"ann"'), "no JSON object"),
    ],
    ids=["key of another region", "claims", "HMAC", "no signature", "none", "two", "parts", "text", *"1234"],
)
def test_forged_statement_is_rejected(text: Callable[[], str], message: str) -> None:
    with pytest.raises(SignOnError, match=message):
        claims_of(text())


@pytest.mark.parametrize("text", [None, ""])
def test_request_without_a_statement_is_not_authenticated(text: str | None) -> None:
    with pytest.raises(SignOnError, match="did not pass the sign-on of the load balancer") as error:
        claims_of(text)
    assert error.value.status == 401


@pytest.mark.parametrize(
    ("endpoint", "status", "message"),
    [
        (Endpoint(status=404), 403, "no load balancer of this region has its key"),
        (Endpoint(status=500), 503, "cannot be read. Try again later"),
        (Endpoint(status=302), 503, "cannot be read"),
        (Endpoint(content=b"<html>"), 503, "cannot be read"),
        (Endpoint(content=RSAKey.generate_key(2048).as_pem(private=False)), 503, "cannot be read"),
        (Endpoint(content=ECKey.generate_key("P-384").as_pem(private=False)), 403, "its signature is wrong"),
    ],
    ids=["no such key", "failure", "redirect", "page", "RSA", "another curve"],
)
def test_key_that_cannot_be_used_rejects_the_sign_on(endpoint: Endpoint, status: int, message: str) -> None:
    with pytest.raises(SignOnError, match=message) as error:
        claims_of(signed(), endpoint=endpoint)
    assert error.value.status == status


def test_key_endpoint_that_does_not_answer_rejects_the_sign_on() -> None:
    def fail(_address: str, **_options: Any) -> requests.Response:
        raise requests.ConnectTimeout

    with pytest.raises(SignOnError, match="cannot be read") as error:
        load_balancer.claims(
            signed(), settings=SETTINGS, keys=PublicKeys(address="https://keys.example", get=fail), now=NOW
        )
    assert error.value.status == 503


def test_symmetric_key_is_no_public_key() -> None:
    pem = OctKey.generate_key(256).raw_value
    with pytest.raises(SignOnError):
        claims_of(signed(), endpoint=Endpoint(content=pem))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AIRFLOW_ALB_ARN": ""}, "AIRFLOW_ALB_ARN is missing or empty: AIRFLOW_AUTH_MODE is alb_oidc"),
        ({"AIRFLOW_ALB_ARN": "airflow"}, "AIRFLOW_ALB_ARN: expected the ARN of an application load balancer"),
        ({"AIRFLOW_ALB_PUBLIC_KEYS": "http://keys"}, "AIRFLOW_ALB_PUBLIC_KEYS: expected an address that starts with"),
    ],
)
def test_start_without_the_load_balancer_ends_with_the_name_of_the_setting(
    change: dict[str, str], message: str
) -> None:
    with pytest.raises(StartupError, match=message):
        settings.options({**ENVIRON, **change})
    assert settings.options(ENVIRON)["AIRFLOW__CORE__AUTH_MANAGER"].endswith("SignOnAuthManager")
