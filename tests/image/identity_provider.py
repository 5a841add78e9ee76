"""An OpenID Connect identity provider with TLS for tests, and the ways in which it can fail.

The package ``oidc-provider-mock`` answers the requests; this module signs wrong tokens on request, checks PKCE, and
rejects a client secret that is not the registered one.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_provider_mock._storage import Client, User
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "airflow", "a-client-secret"
Claims = dict[str, Any]
TOKEN_PATH = "/oauth2/token"
KEYS_PATH = "/public-keys"


@dataclass
class IdentityProvider:
    """The state of the identity provider; a test changes it and resets it.

    Args:
        issuer: its address.
        change: changes the claims of the next identity tokens.
        delay_seconds: time before each answer of the token endpoint.
        key: signs the next identity tokens instead of the published key.
        pkce: whether the client proves that it began the sign-in; a load balancer does not.
        public_keys: public keys of load balancers by id, which the same server publishes.
        ended: log-outs that the browser requested, by their query.
    """

    issuer: str
    change: Callable[[Claims], None] | None = None
    delay_seconds: float = 0
    key: RSAKey | None = None
    secret: str = CLIENT_SECRET
    pkce: bool = True
    public_keys: dict[str, str] = field(default_factory=dict)
    ended: list[dict[str, list[str]]] = field(default_factory=list)
    _users: dict[str, Claims] = field(default_factory=dict)
    _challenge: str = ""

    def reset(self) -> None:
        """End all failures."""
        self.change, self.delay_seconds, self.key, self.secret = None, 0, None, CLIENT_SECRET

    def user(self, subject: str, **claims: Any) -> str:
        """Define the claims of a person, and return the person's subject."""
        self._users[subject] = claims
        return subject

    def before(self) -> flask.Response | None:
        """Prepare each request: people, client, PKCE."""
        storage = flask.g.oidc_provider_mock_storage
        for subject, claims in self._users.items():
            storage.store_user(User(sub=subject, claims=claims))
        storage.store_client(
            Client(
                id=CLIENT_ID,
                secret=self.secret,
                redirect_uris=self._redirects,
                allowed_scopes=Client.SCOPES_SUPPORTED,
                token_endpoint_auth_method="client_secret_basic",
            )
        )
        request = flask.request
        if request.path == "/oauth2/authorize" and self.pkce:
            assert request.args["code_challenge_method"] == "S256"
            self._challenge = request.args["code_challenge"]
        if request.path == "/oauth2/end_session":
            self.ended.append(parse_qs(urlsplit(request.url).query))
        if request.path == TOKEN_PATH:
            time.sleep(self.delay_seconds)
        if request.path == TOKEN_PATH and self.pkce:
            digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self._challenge:
                return flask.make_response({"error": "invalid_grant"}, 400)
        return None

    def public_key(self, key_id: str) -> flask.Response:
        """The public key of a load balancer."""
        found = self.public_keys.get(key_id)
        return flask.make_response(found or "no such key", 200 if found else 404)

    def after(self, response: flask.Response) -> flask.Response:
        """Sign the identity token again when a test asks for another one."""
        if flask.request.path != TOKEN_PATH or response.status_code != 200 or not (self.change or self.key):
            return response
        body = response.get_json()
        published = flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True)
        own = RSAKey.import_key(published)
        claims = dict(jwt.decode(body["id_token"], own).claims)
        if self.change:
            self.change(claims)
        header = {"alg": "RS256", "kid": published["kid"]} if "kid" in published else {"alg": "RS256"}
        return flask.jsonify({**body, "id_token": jwt.encode(header, claims, self.key or own)})

    _redirects: tuple[str, ...] = ()

    def allow(self, *addresses: str) -> None:
        """Register the addresses to which the browser may be sent back."""
        self._redirects = addresses


@contextmanager
def serving(*, name: str, host: str, certificate: tuple[Path, Path]) -> Iterator[IdentityProvider]:
    """Serve an identity provider as ``https://<name>:<free port>`` on the address ``host``."""
    app = oidc_provider_mock.app(require_client_registration=True, require_nonce=True)
    server = make_server(host, 0, app, threaded=True, ssl_context=tuple(map(str, certificate)))
    provider = IdentityProvider(issuer=f"https://{name}:{server.server_port}")
    app.before_request(provider.before)
    app.after_request(provider.after)
    app.add_url_rule(f"{KEYS_PATH}/<key_id>", view_func=provider.public_key)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def shifted(seconds: float, *names: str) -> Callable[[Claims], None]:
    """A change of the named times of a token by ``seconds``."""

    def change(claims: Claims) -> None:
        claims.update({name: int(claims[name] + seconds) for name in names})

    return change


def given(values: Mapping[str, Any]) -> Callable[[Claims], None]:
    """A change that sets ``values``; None removes a claim."""

    def change(claims: Claims) -> None:
        for name, value in values.items():
            claims.pop(name, None)
            if value is not None:
                claims[name] = value

    return change
