"""The load balancer has a valid certificate and a declared set of clients."""

from __future__ import annotations

from collections.abc import Iterator

from environments.arns import arn_account, arn_region
from environments.errors import Problem
from environments.facts.quotas import CERTIFICATE_NAME_CHARACTERS
from environments.model import Environment
from environments.rules.registry import rule


@rule("load_balancer")
def listener_has_a_certificate(environment: Environment) -> Iterator[Problem]:
    """HTTPS needs a certificate: an existing one, or one that is created for a host name in a hosted zone."""
    balancer = environment.load_balancer
    if balancer.certificate_arn is None and not (balancer.domain_name and balancer.validation_zone_id):
        yield Problem(
            "load_balancer.certificate_arn",
            "the HTTPS listener has no certificate. Fix: set the ARN, or domain_name and hosted_zone_id to create one",
        )
    if balancer.certificate_arn and balancer.certificate_zone_id:
        yield Problem(
            "load_balancer.certificate_zone_id",
            "has no effect with certificate_arn: it validates a certificate that is created. Fix: remove one of the "
            "two keys",
        )
    if balancer.hosted_zone_id and not balancer.domain_name:
        yield Problem(
            "load_balancer.domain_name",
            "missing: hosted_zone_id needs a host name",
        )
    name, limit = balancer.domain_name, CERTIFICATE_NAME_CHARACTERS.limit
    if name and balancer.makes_certificate and len(name) > limit:
        yield Problem(
            "load_balancer.domain_name",
            f"has {len(name)} characters, a certificate's common name has at most {limit}, got {name!r}. Fix: "
            "shorten it, or set certificate_arn to a certificate that has it as an alternative name",
        )


@rule("load_balancer", "region", "account_id")
def certificate_is_of_this_region_and_account(environment: Environment) -> Iterator[Problem]:
    """A load balancer accepts only certificates of its own region and account."""
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
                f"must be a certificate of {kind} {wanted}, got {kind} {found}: {certificate}",
            )


@rule("load_balancer")
def internet_facing_names_its_clients(environment: Environment) -> Iterator[Problem]:
    """Access from the whole internet is an explicit choice, not a default."""
    balancer = environment.load_balancer
    if balancer.scheme == "internet-facing" and not balancer.allowed_cidrs:
        yield Problem(
            "load_balancer.allowed_cidrs",
            "an internet-facing load balancer must list the CIDR blocks that may connect, got an empty list. Fix: "
            "list blocks such as ['203.0.113.0/24'], or ['0.0.0.0/0'] for the whole internet",
        )
    for index, cidr in enumerate(balancer.allowed_cidrs):
        if balancer.allowed_cidrs.index(cidr) < index:
            yield Problem(f"load_balancer.allowed_cidrs[{index}]", f"{cidr!r} is listed twice")
