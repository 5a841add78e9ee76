"""From the claims of a verified identity token to a user of Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_fargate.sign_on.settings import ROLES, SignOn

PREFIX = "oidc:"
"""First characters of the user names that come from the issuer: no claim can name a local user."""
MAX_USERNAME, MAX_NAME = 250, 60


class SignOnError(Exception):
    """Raised when a user is not let in. The message is for this user and contains no secret.

    Args:
        message: the reason.
        status: HTTP status of the page.
    """

    def __init__(self, message: str, *, status: int = 403) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person who signed in at the issuer.

    Args:
        username: name of the user in Airflow.
        email: may be empty.
        roles: the roles of Airflow that the groups of the person give.
    """

    username: str
    email: str
    first_name: str
    last_name: str
    roles: tuple[str, ...]


def identity_of(claims: Mapping[str, Any], settings: SignOn) -> Identity:
    """The user that ``claims`` describe, without roles when no group gives one.

    Raises:
        SignOnError: a claim is missing or has another type.
    """
    name = claims.get(settings.username_claim)
    if not isinstance(name, str) or not name.strip():
        raise SignOnError(f"The identity token has no claim {settings.username_claim!r} with your user name.")
    username = f"{PREFIX}{name}"
    if len(username) > MAX_USERNAME or not username.isprintable():
        raise SignOnError(f"The claim {settings.username_claim!r} is no user name: it is too long, or not printable.")
    return Identity(
        username=username,
        email=_text(claims, "email"),
        first_name=(_text(claims, "given_name") or _text(claims, "name") or name)[:MAX_NAME],
        last_name=_text(claims, "family_name")[:MAX_NAME],
        roles=_roles(groups_of(claims, settings), settings),
    )


def groups_of(claims: Mapping[str, Any], settings: SignOn) -> frozenset[str]:
    """The groups of the claim; some issuers omit the claim of a user without groups, or write one group as a text.

    Raises:
        SignOnError: the claim is missing although every user needs a group, or it is not a list of texts.
    """
    found = claims.get(settings.groups_claim)
    if found is None:
        if settings.default_role:
            return frozenset()
        raise SignOnError(
            f"The identity token has no claim {settings.groups_claim!r}, which decides about your role. "
            "You have no group, or the identity provider does not send the claim to Airflow."
        )
    groups = [found] if isinstance(found, str) else found
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise SignOnError(f"The claim {settings.groups_claim!r} is not a list of groups.")
    return frozenset(groups)


def _roles(groups: frozenset[str], settings: SignOn) -> tuple[str, ...]:
    given = tuple(role for role in ROLES if groups & {*settings.roles.get(role, ())})
    return given or ((settings.default_role,) if settings.default_role else ())


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""
