"""Variables of sign-on in the container of an api-server, and Airflow's options for the length of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MODE = "AIRFLOW_AUTH_MODE"
ISSUER, CLIENT_ID, SCOPES = "AIRFLOW_OIDC_ISSUER", "AIRFLOW_OIDC_CLIENT_ID", "AIRFLOW_OIDC_SCOPES"
USERNAME_CLAIM, GROUPS_CLAIM = "AIRFLOW_OIDC_USERNAME_CLAIM", "AIRFLOW_OIDC_GROUPS_CLAIM"
ROLES, DEFAULT_ROLE = "AIRFLOW_OIDC_ROLES", "AIRFLOW_OIDC_DEFAULT_ROLE"
LOAD_BALANCER_ARN = "AIRFLOW_ALB_ARN"
SESSION_MINUTES, TOKEN_SECONDS = "AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES", "AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME"
VARIABLES = (
    *(MODE, ISSUER, CLIENT_ID, SCOPES, USERNAME_CLAIM, GROUPS_CLAIM, ROLES, DEFAULT_ROLE),
    LOAD_BALANCER_ARN,
    *(SESSION_MINUTES, TOKEN_SECONDS),
)
SESSION_OPTIONS = (SESSION_MINUTES, TOKEN_SECONDS)
CALLBACK, SIGNED_OUT = "/auth/oauth-authorized/oidc", "/auth/signed-out/"
"""Paths that people register at the identity provider."""

LOAD_BALANCER_CALLBACK = "/oauth2/idpresponse"
"""The path that people register instead of ``CALLBACK`` when the load balancer authenticates.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
"""


@dataclass(frozen=True, kw_only=True)
class AuthenticatedPaths:
    """A listener rule that forwards a request only with the load balancer's session of a person.

    Terraform creates it with a fixed answer 503; ``operations deploy`` sets its actions, because they hold the client
    secret.

    Args:
        name: id of the rule's construct.
        priority: of the listener rule.
        paths: path patterns.
        unauthenticated: the answer without a session: a redirect to the issuer, or 401 for requests of scripts, which
            cannot follow such a redirect.
    """

    name: str
    priority: int
    paths: tuple[str, ...]
    unauthenticated: Literal["authenticate", "deny"]


AUTHENTICATED_PATHS = (
    AuthenticatedPaths(name="sign-in", priority=20, paths=("/api/v2/auth/*",), unauthenticated="authenticate"),
    AuthenticatedPaths(name="scripts", priority=30, paths=("/api/*", "/ui/*"), unauthenticated="deny"),
    AuthenticatedPaths(name="pages", priority=40, paths=("/*",), unauthenticated="authenticate"),
)
