"""The settings of sign-on, from the variables of the container contract."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_fargate.startup_error import StartupError

MODE = "AIRFLOW_AUTH_MODE"
CLIENT_SECRET = "AIRFLOW_OIDC_CLIENT_SECRET"  # noqa: S105  # a name, not a value
LOAD_BALANCER, PUBLIC_KEYS = "AIRFLOW_ALB_ARN", "AIRFLOW_ALB_PUBLIC_KEYS"
PROVIDER, BY_LOAD_BALANCER = "oidc", "alb_oidc"
MODES = ("password", PROVIDER, BY_LOAD_BALANCER)
ROLES = ("Viewer", "User", "Op", "Admin")
TIMEOUT_SECONDS = 5
"""Longest time to wait for each answer of the issuer."""
LEEWAY_SECONDS = 60
"""Largest difference between the clocks of the issuer and of the api-server."""
WEBSERVER_CONFIG = "/opt/airflow-fargate/airflow_fargate/sign_on/webserver_config.py"
PASSWORD_CONFIG = "/opt/airflow-fargate/airflow_fargate/sign_on/password_config.py"  # noqa: S105  # a path
CONFIG_FILE = "AIRFLOW__FAB__CONFIG_FILE"
LOAD_BALANCER_ARN = re.compile(r"arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):[0-9]{12}:loadbalancer/app/[^ ]+")
AUTH_MANAGER = "airflow_fargate.sign_on.auth_manager.SignOnAuthManager"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOn:
    """What the api-server knows about the identity provider.

    Args:
        issuer: URL of the issuer, exactly as the claim ``iss`` has it.
        scopes: scopes of the request; the first is ``openid``.
        username_claim: claim that identifies a user; the issuer must never give its value to another person.
        groups_claim: claim with the groups of a user.
        roles: groups by the role of Airflow that their members get.
        default_role: role of a user without a listed group; such a user is rejected when it is empty.
        load_balancer: ARN of the load balancer that authenticates; empty where this process talks to the issuer.
        public_keys: address of the public keys of load balancers.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]
    username_claim: str
    groups_claim: str
    roles: Mapping[str, tuple[str, ...]]
    default_role: str
    load_balancer: str = ""
    public_keys: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> SignOn:
        """Read the settings.

        Raises:
            StartupError: a variable is missing or wrong.
        """
        issuer = _https("AIRFLOW_OIDC_ISSUER", _required(environ, "AIRFLOW_OIDC_ISSUER"))
        default_role = environ.get("AIRFLOW_OIDC_DEFAULT_ROLE", "")
        if default_role and default_role not in ROLES:
            raise StartupError(f"AIRFLOW_OIDC_DEFAULT_ROLE: expected one of {', '.join(ROLES)}, got {default_role!r}")
        roles = _roles(environ.get("AIRFLOW_OIDC_ROLES") or "{}")
        if not default_role and not any(roles.values()):
            raise StartupError("AIRFLOW_OIDC_ROLES: no group gives a role, so nobody could sign in. Fix: list a group")
        scopes = environ.get("AIRFLOW_OIDC_SCOPES", "openid email profile").split()
        by_load_balancer = environ.get(MODE) == BY_LOAD_BALANCER
        load_balancer, public_keys = _load_balancer(environ) if by_load_balancer else ("", "")
        return cls(
            issuer=issuer,
            client_id=_required(environ, "AIRFLOW_OIDC_CLIENT_ID"),
            client_secret="" if by_load_balancer else _required(environ, CLIENT_SECRET),
            scopes=("openid", *(scope for scope in scopes if scope != "openid")),
            username_claim=environ.get("AIRFLOW_OIDC_USERNAME_CLAIM") or "sub",
            groups_claim=environ.get("AIRFLOW_OIDC_GROUPS_CLAIM") or "groups",
            roles=roles,
            default_role=default_role,
            load_balancer=load_balancer,
            public_keys=public_keys,
        )

    @property
    def provider(self) -> dict[str, Any]:
        """The identity provider as Flask-AppBuilder's ``OAUTH_PROVIDERS`` describes it."""
        return {
            "name": PROVIDER,
            "token_key": "access_token",
            "remote_app": {
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "server_metadata_url": f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
                "client_kwargs": {
                    "scope": " ".join(self.scopes),
                    "code_challenge_method": "S256",
                    "default_timeout": TIMEOUT_SECONDS,
                },
            },
        }


def options(environ: Mapping[str, str]) -> dict[str, str]:
    """Airflow's options for sign-on, for an api-server. An image with its own configuration keeps it in the mode
    ``password``.

    Raises:
        StartupError: a variable is missing or wrong.
    """
    mode = environ.get(MODE) or "password"
    if mode == "password":
        return {CONFIG_FILE: environ.get(CONFIG_FILE) or PASSWORD_CONFIG}
    if mode not in MODES:
        raise StartupError(f"{MODE}: expected {', '.join(MODES[:-1])} or {MODES[-1]}, got {mode!r}")
    SignOn.of(environ)
    return {
        "AIRFLOW__CORE__AUTH_MANAGER": AUTH_MANAGER,
        CONFIG_FILE: WEBSERVER_CONFIG,
        "AIRFLOW__FAB__COOKIE_SECURE": "True",
        "AIRFLOW__FAB__COOKIE_SAMESITE": "Lax",
        "AIRFLOW__FAB__SESSION_BACKEND": "database",
    }


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        mode = environ.get(MODE) or PROVIDER
        raise StartupError(f"{name} is missing or empty: {MODE} is {mode}. Fix: set it in the task definition")
    return value


def _https(name: str, value: str) -> str:
    if not value.startswith("https://"):
        raise StartupError(f"{name}: expected an address that starts with https://, got {value!r}")
    return value


def _load_balancer(environ: Mapping[str, str]) -> tuple[str, str]:
    """The ARN of the load balancer, and the address of the public keys of its region."""
    arn = _required(environ, LOAD_BALANCER)
    found = LOAD_BALANCER_ARN.fullmatch(arn)
    if found is None:
        raise StartupError(f"{LOAD_BALANCER}: expected the ARN of an application load balancer, got {arn!r}")
    address = environ.get(PUBLIC_KEYS) or f"https://public-keys.auth.elb.{found[1]}.amazonaws.com"
    return arn, _https(PUBLIC_KEYS, address).rstrip("/")


def _roles(text: str) -> dict[str, tuple[str, ...]]:
    try:
        found = json.loads(text)
        roles = {role: tuple(groups) for role, groups in found.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise StartupError('AIRFLOW_OIDC_ROLES: expected JSON such as {"Admin": ["platform-team"]}') from error
    unknown = sorted(set(roles) - {*ROLES})
    if unknown:
        raise StartupError(f"AIRFLOW_OIDC_ROLES: {', '.join(unknown)} is no role. Allowed: {', '.join(ROLES)}")
    return roles
