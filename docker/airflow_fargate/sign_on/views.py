"""The pages of sign-on below ``/auth``: sign in, call-back, sign out, and the form for local users."""

from __future__ import annotations

import logging
from typing import Any

from airflow.api_fastapi.app import AUTH_MANAGER_FASTAPI_APP_PREFIX, get_cookie_path
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.providers.common.compat.sdk import conf
from airflow.providers.fab.www.views import get_safe_url, redirect
from flask import current_app, g, make_response, render_template_string, request, session
from flask_appbuilder import expose
from flask_appbuilder.security.views import AuthOAuthView
from flask_login import login_user, logout_user

from airflow_fargate.sign_on import client
from airflow_fargate.sign_on.identity import SignOnError, identity_of
from airflow_fargate.sign_on.pages import LOCAL, MESSAGE
from airflow_fargate.sign_on.settings import PROVIDER, SignOn

log = logging.getLogger(__name__)
NEXT, ID_TOKEN = "sign_on_next", "sign_on_id_token"  # names, not values


class SignOnView(AuthOAuthView):  # type: ignore[misc]
    """Sends people to the issuer, and lets in those whose identity token passes every check."""

    @expose("/login/")
    @expose("/login/<provider>")
    def login(self, provider: str | None = None) -> Any:
        """Begin a sign-in at the issuer."""
        del provider
        if g.user is not None and g.user.is_authenticated:
            return redirect(get_safe_url(request.args.get("next")))
        session[NEXT] = request.args.get("next", "")
        try:
            client.metadata(self._remote(), self._settings())
        except SignOnError as error:
            return self._rejected(error)
        # Not from the request: the load balancer ends TLS, and a redirect to http would be rejected by the issuer.
        return self._remote().authorize_redirect(redirect_uri=address(f"oauth-authorized/{PROVIDER}"))

    @expose("/oauth-authorized/<provider>")
    def oauth_authorized(self, provider: str) -> Any:
        """End a sign-in: the issuer sends the browser here with a code."""
        del provider
        try:
            claims, id_token = client.claims(self._remote(), self._settings())
            user = self.appbuilder.sm.sign_on(identity_of(claims, self._settings()))
        except SignOnError as error:
            return self._rejected(error)
        session[ID_TOKEN] = id_token
        return self._enter(user, get_safe_url(session.pop(NEXT, "")))

    @expose("/local/", methods=["GET", "POST"])
    def local(self) -> Any:
        """The form for users with a password in Airflow, for times when the issuer fails."""
        problem = ""
        if request.method == "POST":
            name = request.form.get("username", "")
            user = self.appbuilder.sm.auth_user_db(name, request.form.get("password", ""))
            if user is not None:
                log.warning("sign-on: local user %r signed in with a password from %s", name, request.remote_addr)
                return self._enter(user, get_safe_url(""))
            problem = "Unknown user or wrong password."
        return render_template_string(LOCAL, problem=problem), 401 if problem else 200

    @expose("/sign-out/")
    def sign_out(self) -> Any:
        """End the session in the database, in the browser and at the issuer."""
        id_token = session.get(ID_TOKEN)
        logout_user()
        session.clear()
        response = make_response(redirect(self._after_sign_out(id_token)))
        self._expire_cookies(response)
        return response

    @expose("/signed-out/")
    def signed_out(self) -> Any:
        """The page after log-out."""
        return self._page("Signed out", "You are signed out of Airflow."), 200

    # Methods, not properties: Flask-AppBuilder reads every attribute of a view before the view has its application.
    def _settings(self) -> SignOn:
        found: SignOn = current_app.config["SIGN_ON"]
        return found

    def _remote(self) -> Any:
        return self.appbuilder.sm.oauth_remotes[PROVIDER]

    def _enter(self, user: Any, following: str) -> Any:
        login_user(user)
        g.user = user
        session.modified = True
        log.info("sign-on: user %r signed in with roles %s", user.username, [role.name for role in user.roles])
        return redirect(following)

    def _expire_cookies(self, response: Any) -> None:
        response.delete_cookie(COOKIE_NAME_JWT_TOKEN, path=get_cookie_path(), secure=True, httponly=True)

    def _after_sign_out(self, id_token: str | None) -> str:
        """The issuer's end of session for a user of the issuer, if it has one; otherwise our own page."""
        here = address("signed-out/")
        if id_token is None:
            return here
        try:
            client.metadata(self._remote(), self._settings())
            ending = self._remote().create_logout_url(
                post_logout_redirect_uri=here, id_token_hint=id_token, client_id=self._settings().client_id
            )
        except (SignOnError, RuntimeError):  # RuntimeError: the issuer has no end_session_endpoint
            return here
        return str(ending["url"])

    def _rejected(self, error: SignOnError) -> Any:
        log.warning("sign-on: rejected: %s (%r)", error, error.__cause__)
        return self._page("Not signed in", str(error)), error.status

    def _page(self, title: str, message: str) -> str:
        links = {"again": address("login/"), "local": address("local/")}
        return render_template_string(MESSAGE, title=title, message=message, **links)


def address(path: str) -> str:
    """The public address of ``path`` below ``/auth``, from ``[api] base_url``."""
    base = str(conf.get("api", "base_url")).rstrip("/")
    prefix = AUTH_MANAGER_FASTAPI_APP_PREFIX.rsplit("/", 1)[-1]
    return f"{base}/{prefix}/{path}"
