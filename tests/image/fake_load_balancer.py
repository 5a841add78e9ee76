"""A fake of an Application Load Balancer: listener rules, sign-on with OpenID Connect, and the signed header.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from joserfc.jwk import ECKey

from tests.image.tls_proxy import Answer
from tests.load_balancer_statements import statement

COOKIE = "AWSELBAuthSessionCookie-0"
CALLBACK = "/oauth2/idpresponse"
STATEMENT_SECONDS = 120
HEADERS = ("X-Amzn-Oidc-Data", "X-Amzn-Oidc-Identity", "X-Amzn-Oidc-Accesstoken")
Rule = Mapping[str, Any]


@dataclass
class Session:
    """The session of a browser.

    Args:
        claims: claims of the issuer's userinfo endpoint.
        expires: time in seconds since 1970.
    """

    claims: dict[str, Any]
    expires: float


@dataclass
class FakeLoadBalancer:
    """The load balancer.

    Args:
        authority: certificate of the authority of the issuer.
        arn: signs as this load balancer.
        rules: listener rules as ``DescribeRules`` gives them, with the client secret, in the order of evaluation.
        key: its private key.
        key_id: id of the key at the endpoint of public keys.
        sessions: by the value of the cookie.
    """

    authority: Path
    arn: str = ""
    rules: Sequence[Rule] = ()
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    key_id: str = "01234567-89ab-cdef-0123-456789abcdef"
    sessions: dict[str, Session] = field(default_factory=dict)
    _pending: dict[str, str] = field(default_factory=dict)

    def admit(self, method: str, path: str, headers: Mapping[str, str]) -> Answer | dict[str, str]:
        """Evaluate the rules: an answer, or the headers with which the request is forwarded."""
        rule = next(rule for rule in self.rules if _matches(rule, method, path, headers))
        forwarded: Answer | dict[str, str] = dict(headers)
        for action in sorted(rule["Actions"], key=lambda action: action.get("Order", 0)):
            if action["Type"] == "fixed-response":
                given = action["FixedResponseConfig"]
                return Answer(status=int(given["StatusCode"]), body=given["MessageBody"])
            if action["Type"] == "authenticate-oidc":
                forwarded = self._authenticate(action["AuthenticateOidcConfig"], path, headers)
            if isinstance(forwarded, Answer):
                return forwarded
        return forwarded

    def end_sessions(self) -> None:
        """End the time of all sessions."""
        for session in self.sessions.values():
            session.expires = 0

    def statement(self, claims: Mapping[str, Any], config: Mapping[str, Any], **changes: Any) -> str:
        """The signed header about a person; ``changes`` are made to what is signed."""
        expires = int(time.time()) + STATEMENT_SECONDS
        header = {
            "alg": "ES256",
            "kid": self.key_id,
            "signer": self.arn,
            "iss": config["Issuer"],
            "client": config["ClientId"],
            "exp": expires,
        }
        return statement({**header, **changes}, {**claims, "exp": expires, "iss": config["Issuer"]}, self.key)

    @property
    def config(self) -> Mapping[str, Any]:
        """The arguments of the last rule that authenticates."""
        actions = [action for rule in self.rules for action in rule["Actions"]]
        found: Mapping[str, Any] = [
            action["AuthenticateOidcConfig"] for action in actions if action["Type"] == "authenticate-oidc"
        ][-1]
        return found

    def _authenticate(
        self, config: Mapping[str, Any], path: str, headers: Mapping[str, str]
    ) -> Answer | dict[str, str]:
        where = f"https://{headers['Host']}"
        if urlsplit(path).path == CALLBACK:
            return self._callback(config, path, where)
        cookies = SimpleCookie(headers.get("Cookie", ""))
        session = self.sessions.get(cookies[COOKIE].value) if COOKIE in cookies else None
        if session and session.expires > time.time():
            kept = {name: value for name, value in headers.items() if name.title() not in HEADERS}
            values = (self.statement(session.claims, config), session.claims["sub"], "access-token")
            return {**kept, **dict(zip(HEADERS, values, strict=True))}
        if config["OnUnauthenticatedRequest"] == "deny":
            return Answer(status=401)
        state = secrets.token_urlsafe(16)
        self._pending[state] = f"{where}{path}"
        query = {
            "client_id": config["ClientId"],
            "redirect_uri": f"{where}{CALLBACK}",
            "response_type": "code",
            "scope": config["Scope"],
            "state": state,
            "nonce": state,  # the identity provider of the tests requires one
        }
        return Answer(status=302, headers=(("Location", f"{config['AuthorizationEndpoint']}?{urlencode(query)}"),))

    def _callback(self, config: Mapping[str, Any], path: str, where: str) -> Answer:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        following = self._pending.pop(query.get("state", ""), None)
        if following is None or "code" not in query:
            return Answer(status=401)
        form = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": f"{where}{CALLBACK}"}
        client = (config["ClientId"], config["ClientSecret"])
        tokens = requests.post(config["TokenEndpoint"], data=form, auth=client, verify=self.authority, timeout=30)
        if not tokens.ok:
            return Answer(status=561)
        bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
        person = requests.get(config["UserInfoEndpoint"], headers=bearer, verify=self.authority, timeout=30).json()
        value = secrets.token_urlsafe(32)
        self.sessions[value] = Session(person, time.time() + int(config["SessionTimeout"]))
        cookie = f"{COOKIE}={value}; Path=/; Secure; HttpOnly"
        return Answer(status=302, headers=(("Location", following), ("Set-Cookie", cookie)))


def _matches(rule: Rule, method: str, path: str, headers: Mapping[str, str]) -> bool:
    return all(_holds(condition, method, path, headers) for condition in rule.get("Conditions", ()))


def _holds(condition: Mapping[str, Any], method: str, path: str, headers: Mapping[str, str]) -> bool:
    if condition["Field"] == "path-pattern":
        return any(fnmatchcase(urlsplit(path).path, value) for value in condition["PathPatternConfig"]["Values"])
    if condition["Field"] == "http-request-method":
        return method in condition["HttpRequestMethodConfig"]["Values"]
    given = condition["HttpHeaderConfig"]
    value = next((v for name, v in headers.items() if name.lower() == given["HttpHeaderName"].lower()), None)
    return value is not None and any(fnmatchcase(value.lower(), pattern.lower()) for pattern in given["Values"])
