"""N6: the load balancer can open, and only to whom somebody named."""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.fields import arn_account, arn_region
from environments.model import Environment
from environments.rules.registry import rule


@rule("load_balancer")
def listener_has_a_certificate(environment: Environment) -> Iterator[Problem]:
    """HTTPS needs a certificate, given or made for a name in a zone."""
    door = environment.load_balancer
    if door.certificate_arn is None and not (door.domain_name and door.hosted_zone_id):
        yield Problem(
            "load_balancer.certificate_arn",
            "the HTTPS listener has no certificate: give its ARN, or domain_name and hosted_zone_id to have one made",
        )
    if door.hosted_zone_id and not door.domain_name:
        yield Problem("load_balancer.domain_name", "missing: hosted_zone_id is given, but no name to put into it")


@rule("load_balancer", "region", "account_id")
def certificate_is_at_home(environment: Environment) -> Iterator[Problem]:
    """A load balancer takes certificates of its own region and account only."""
    certificate = environment.load_balancer.certificate_arn
    if certificate is None:
        return
    for kind, found, wanted in (
        ("region", arn_region(certificate), environment.region),
        ("account", arn_account(certificate), environment.account_id),
    ):
        if found != wanted:
            yield Problem(
                "load_balancer.certificate_arn",
                f"must be a certificate of {kind} {wanted}, got one of {found}: {certificate}",
            )


@rule("load_balancer")
def internet_facing_names_its_guests(environment: Environment) -> Iterator[Problem]:
    """Open to the world is a decision, not a default."""
    door = environment.load_balancer
    if door.scheme == "internet-facing" and not door.allowed_cidrs:
        yield Problem(
            "load_balancer.allowed_cidrs",
            "an internet-facing load balancer names who may open it, got an empty list: such as ['203.0.113.0/24'], "
            "or ['0.0.0.0/0'] for everybody",
        )
    for index, cidr in enumerate(door.allowed_cidrs):
        if cidr in door.allowed_cidrs[:index]:
            yield Problem(f"load_balancer.allowed_cidrs[{index}]", f"{cidr!r} stands twice")
