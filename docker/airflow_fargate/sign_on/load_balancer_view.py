"""The pages of sign-on where the load balancer authenticates."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode

import requests
from airflow.providers.fab.www.views import get_safe_url
from flask import request
from flask_appbuilder import expose

from airflow_fargate.sign_on import load_balancer
from airflow_fargate.sign_on.identity import SignOnError, identity_of
from airflow_fargate.sign_on.settings import TIMEOUT_SECONDS
from airflow_fargate.sign_on.views import SignOnView, address

COOKIE = "AWSELBAuthSessionCookie-"
COOKIES = 4
"""A load balancer splits its session over at most this many cookies of 4 KiB.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
"""


@cache
def public_keys(where: str) -> load_balancer.PublicKeys:
    """The keys below ``where``, which every request shares."""
    return load_balancer.PublicKeys(address=where)


class LoadBalancerSignOnView(SignOnView):
    """Lets in people whom the load balancer authenticated."""

    @expose("/login/")
    @expose("/login/<provider>")
    def login(self, provider: str | None = None) -> Any:
        """Let in the person in the signed header, also when another person has a session in this browser."""
        del provider
        settings = self._settings()
        try:
            claims = load_balancer.claims(
                request.headers.get(load_balancer.HEADER), settings=settings, keys=public_keys(settings.public_keys)
            )
            user = self.appbuilder.sm.sign_on(identity_of(claims, settings))
        except SignOnError as error:
            return self._rejected(error)
        return self._enter(user, get_safe_url(request.args.get("next", "")))

    def oauth_authorized(self, provider: str) -> Any:
        """Not exposed: the issuer sends people back to the load balancer."""
        raise NotImplementedError(provider)

    def _expire_cookies(self, response: Any) -> None:
        super()._expire_cookies(response)
        for name in {*(name for name in request.cookies if name.startswith(COOKIE)), *_all_cookies()}:
            response.delete_cookie(name, path="/", secure=True, httponly=True)

    def _after_sign_out(self, id_token: str | None) -> str:
        """The issuer's end of session, if it has one, without an identity token: the load balancer has it."""
        del id_token
        here, settings = address("signed-out/"), self._settings()
        try:
            where = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = requests.get(where, timeout=TIMEOUT_SECONDS).json()
            ending = found.get("end_session_endpoint") if found.get("issuer") == settings.issuer else None
        except (requests.RequestException, ValueError, AttributeError):
            ending = None
        if not isinstance(ending, str) or not ending.startswith("https://"):
            return here
        query = urlencode({"client_id": settings.client_id, "post_logout_redirect_uri": here})
        return f"{ending}{'&' if '?' in ending else '?'}{query}"


def _all_cookies() -> list[str]:
    return [f"{COOKIE}{number}" for number in range(COOKIES)]
