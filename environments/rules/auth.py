"""Sign-on with an identity provider is complete, reachable, and gives at least one role."""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.facts.sign_on import SESSION_OPTIONS
from environments.model import Environment
from environments.rules.registry import rule
from environments.sections.auth import Auth

PASSWORD = Auth()
PEER = {"oidc": "the issuer", "alb_oidc": "the public keys of load balancers"}


@rule("auth")
def sign_on_has_its_keys(environment: Environment) -> Iterator[Problem]:
    """An identity provider needs an issuer, a client id and a group; passwords need none of the keys."""
    auth = environment.auth
    if not auth.uses_identity_provider:
        for key in sorted(key for key in auth.model_fields_set if getattr(auth, key) != getattr(PASSWORD, key)):
            yield Problem(f"auth.{key}", "auth.mode password does not use it. Fix: set auth.mode: oidc, or remove it")
        return
    for key in ("issuer", "client_id"):
        if getattr(auth, key) is None:
            yield Problem(f"auth.{key}", f"missing: auth.mode {auth.mode} requires it")
    if not auth.roles and auth.default_role is None:
        yield Problem(
            "auth.roles",
            "no group gives a role, so nobody could sign in. Fix: list groups, such as {Admin: [data-platform]}, or "
            "set auth.default_role",
        )


@rule("auth", "airflow")
def session_is_set_once(environment: Environment) -> Iterator[Problem]:
    """With an identity provider, sessions and tokens end after ``auth.session_minutes``."""
    if environment.auth.uses_identity_provider:
        for option in sorted({*SESSION_OPTIONS} & {*environment.airflow.config}):
            yield Problem(
                f"airflow.config.{option}", "must not be set here: use auth.session_minutes. Fix: remove the option"
            )


@rule("auth")
def groups_are_listed_once(environment: Environment) -> Iterator[Problem]:
    """A group in two roles is almost always a mistake, because the larger role contains the smaller one."""
    seen: dict[str, str] = {}
    for role, position, group in environment.auth.groups:
        path = f"auth.roles.{role}[{position}]"
        if group in seen:
            yield Problem(path, f"{group!r} is listed for {seen[group]} already. Fix: keep one of them")
        seen.setdefault(group, role)


@rule("auth", "load_balancer")
def sign_on_has_a_stable_address(environment: Environment) -> Iterator[Problem]:
    """The identity provider sends people back to a registered address; a load balancer's own name can change."""
    auth = environment.auth
    if auth.uses_identity_provider and environment.load_balancer.domain_name is None:
        yield Problem(
            "load_balancer.domain_name",
            f"missing: auth.mode {auth.mode} requires a host name to which the identity provider sends people back. "
            "Fix: set the host name, and a certificate for it",
        )


@rule("auth", "network")
def issuer_is_reachable(environment: Environment) -> Iterator[Problem]:
    """Api-servers request the keys and tokens of the issuer, or the keys of load balancers, over HTTPS."""
    auth = environment.auth
    if auth.uses_identity_provider and environment.network.egress == "none":
        what = PEER[auth.mode]
        yield Problem(
            "auth.mode",
            f"{auth.mode} requires HTTPS connections from the api-servers to {what}, and network.egress none has no "
            "route to it. Fix: use network.egress single_nat or nat_per_zone, or auth.mode password",
        )


@rule("auth", "load_balancer", "network")
def load_balancer_reaches_the_issuer(environment: Environment) -> Iterator[Problem]:
    """A load balancer that authenticates connects to the issuer, and needs a public address or NAT for that.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    """
    internal = environment.load_balancer.scheme == "internal" and environment.network.existing is None
    if environment.auth.at_load_balancer and internal:
        yield Problem(
            "load_balancer.scheme",
            "auth.mode alb_oidc requires HTTPS connections from the load balancer to the issuer, and an internal load "
            "balancer has no public address. Fix: use internet-facing with allowed_cidrs, network.existing with NAT "
            "for the load balancer's subnets, or auth.mode oidc",
        )
