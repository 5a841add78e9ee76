"""Access control of the emulator's HTTP interface: signed requests, web identities, and its own endpoints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from terraform_harness.emulator.iam import callers
from terraform_harness.emulator.iam.authorizer import AccessDenied, Authorizer
from terraform_harness.emulator.iam.report import CREDENTIALS_PATH, DECISIONS_PATH
from terraform_harness.emulator.validation.requests import Call

Response = tuple[int, Mapping[str, str], str]
JSON: Mapping[str, str] = {"Content-Type": "application/json"}
XML: Mapping[str, str] = {"Content-Type": "text/xml"}
WEB_IDENTITY = "AssumeRoleWithWebIdentity"
_ERROR = "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"


class AccessControl:
    """Finds the caller of each request and asks the authorizer.

    Args:
        authorizer: Decides.
    """

    paths = frozenset({DECISIONS_PATH, CREDENTIALS_PATH})

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    def check(self, call: Call, request: Any) -> None:
        """Decide a signed request.

        Raises:
            AccessDenied: The caller is not permitted to make it.
        """
        self._authorizer.check(call, access_key_of(request))

    def check_action(self, call: Call, access_key: str) -> None:
        """Decide a request that the emulator makes for a caller.

        Raises:
            AccessDenied: The caller is not permitted to make it.
        """
        self._authorizer.check(call, access_key)

    def unmodelled(self, request: Any) -> Response | None:
        """Return the error for a request whose operation is not known, None where it is permitted.

        The administrator may make every request. Anybody may ask for the session of a web identity, which the trust
        policy of the role decides.
        """
        if access_key_of(request) == callers.ADMINISTRATOR:
            return None
        form = request.values
        if form.get("Action") != WEB_IDENTITY:
            return 403, XML, _ERROR.format("MissingAuthenticationToken", "Request is missing Authentication Token")
        claims = callers.claims_in(str(form.get("WebIdentityToken", "")))
        try:
            self._authorizer.check_trust(str(form.get("RoleArn", "")), {"web_identity": claims})
        except AccessDenied as error:
            return 403, XML, _ERROR.format(error.code, escape(error.message))
        return None

    def respond(self, path: str, environ: dict[str, Any]) -> Response:
        """Return the answer of an endpoint of the emulator itself: the decisions, or the credentials of a role."""
        if path == DECISIONS_PATH:
            return 200, JSON, json.dumps(self._authorizer.report().document())
        body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        try:
            made = self._authorizer.assume(body["role"], body["principal"], body["session"])
        except AccessDenied as error:
            return 403, JSON, json.dumps({"message": error.message})
        return 200, JSON, json.dumps(made)


def access_key_of(request: Any) -> str:
    """Return the access key that signed a request; empty for an unsigned request."""
    header = request.headers.get("Authorization") or f"Credential={request.args.get('X-Amz-Credential', '')}"
    return str(header).partition("Credential=")[2].split("/")[0]
