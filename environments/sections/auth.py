"""How people sign in to Airflow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import urlsplit

from annotated_types import Len
from pydantic import StrictInt

from environments.fields import ROLLING, Section, synth
from environments.formats import Pattern, checked_text

Role = Literal["Viewer", "User", "Op", "Admin"]
HTTPS_PORT = 443


def _problem_in_issuer(value: str) -> tuple[str, str] | None:
    try:
        address = urlsplit(value)
        port = address.port
    except ValueError:
        return "must be an address such as https://login.example.com", ""
    if address.username is not None or address.query or address.fragment:
        return "must have no user, query or fragment", "copy `issuer` of its /.well-known/openid-configuration"
    if port not in {None, HTTPS_PORT}:
        return f"must use port {HTTPS_PORT}, the only port on which api-servers may connect to the internet", ""
    if re.search(r"/\.well-known/", value):
        return "must be the issuer, not the address of its configuration", "omit /.well-known/openid-configuration"
    return None


Issuer = Annotated[
    str,
    Len(0, 255),
    Pattern(r"^https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?(/[A-Za-z0-9._~%/-]*)?$", "an address https://host/path"),
    checked_text(_problem_in_issuer),
]
ClientId = Annotated[str, Pattern(r"^[\x21-\x7e]{1,255}$", "1 to 255 printable ASCII characters without spaces")]
Claim = Annotated[str, Pattern(r"^[A-Za-z0-9_.:/-]{1,120}$", "the name of a claim such as groups or cognito:groups")]
Scope = Annotated[str, Pattern(r"^[A-Za-z0-9_.:/-]{1,120}$", "a scope such as groups")]
Group = Annotated[str, Pattern(r"^[^\x00-\x1f\x7f]{1,200}$", "1 to 200 printable characters")]
RoleName = Annotated[str, Pattern(r"^(Viewer|User|Op|Admin)$", "a role of Airflow: Viewer, User, Op or Admin")]


class Auth(Section):
    """Passwords in Airflow, or an identity provider."""

    mode: Annotated[
        Literal["password", "oidc", "alb_oidc"],
        synth(
            "`password`: users of Airflow; `oidc`: an OpenID Connect identity provider; `alb_oidc`: the same, at "
            "the load balancer: without its session, no request of a person reaches Airflow.",
            effect=ROLLING,
        ),
    ] = "password"
    issuer: Annotated[
        Issuer | None,
        synth("Address of the issuer, exactly as in `issuer` of its OpenID configuration.", effect=ROLLING),
    ] = None
    client_id: Annotated[ClientId | None, synth("Client id of Airflow at the issuer.", effect=ROLLING)] = None
    scopes: Annotated[
        Annotated[tuple[Scope, ...], Len(0, 20)],
        synth("Scopes to request in addition to `openid`; some issuers require `groups`.", effect=ROLLING),
    ] = ("email", "profile")
    username_claim: Annotated[
        Claim,
        synth(
            "Claim that identifies a person; the issuer must never give its value to another person.", effect=ROLLING
        ),
    ] = "sub"
    groups_claim: Annotated[Claim, synth("Claim with the groups of a person.", effect=ROLLING)] = "groups"
    roles: Annotated[
        dict[RoleName, Annotated[tuple[Group, ...], Len(1, 50)]],
        synth(
            "Groups by the role that their members get: `Viewer`, `User`, `Op` or `Admin`; several groups give several "
            "roles.",
            effect=ROLLING,
        ),
    ] = {}  # noqa: RUF012  # pydantic copies defaults
    default_role: Annotated[
        Role | None,
        synth("Role of a person without a listed group; when absent, such a person cannot sign in.", effect=ROLLING),
    ] = None
    session_minutes: Annotated[
        StrictInt,
        synth(
            "Minutes after which people sign in again and roles follow changed groups; API tokens last as long.",
            effect=ROLLING,
            ge=5,
            le=10080,
        ),
    ] = 480

    @property
    def uses_identity_provider(self) -> bool:
        """Whether people sign in at an identity provider."""
        return self.mode != "password"

    @property
    def at_load_balancer(self) -> bool:
        """Whether the load balancer sends people to the identity provider, and admits only people who sign in there."""
        return self.mode == "alb_oidc"

    @property
    def groups(self) -> Iterator[tuple[str, int, str]]:
        """Each role, the position of a group in its list, and the group."""
        for role, groups in self.roles.items():
            for position, group in enumerate(groups):
                yield role, position, group
