"""Names that AWS accepts: `<prefix>-<environment>-...`, each within its limit; tags; ARNs of the right account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from environments.errors import Problem
from environments.fields import arn_account
from environments.rules.registry import rule

if TYPE_CHECKING:
    from environments.model import Environment

SUFFIX, LIMIT = "-api-server", 32
"""The tightest name: the target group's. Every other one (load balancer 32, ElastiCache 40, RDS and buckets 63, roles
64 characters) fits when it does. Source: Name of
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"""
MOST_TAGS = 40
"""AWS allows 50 tags; our own and the provider's need some."""


@rule("name", "name_prefix")
def names_fit(environment: Environment) -> Iterator[Problem]:
    """The longest name that comes from prefix and environment fits."""
    longest = f"{environment.name_prefix}-{environment.name}{SUFFIX}"
    if len(longest) > LIMIT:
        yield Problem(
            "name",
            f"the target group would be {longest!r}, {len(longest)} characters, AWS allows {LIMIT}: shorten name or "
            f"name_prefix by {len(longest) - LIMIT}",
        )


@rule("name", "name_prefix")
def names_have_no_double_hyphen(environment: Environment) -> Iterator[Problem]:
    """RDS and ElastiCache refuse two hyphens in a row and one at the end."""
    for key in ("name", "name_prefix"):
        value = getattr(environment, key)
        if value.endswith("-") or "--" in value:
            yield Problem(key, f"must not end in a hyphen or have two in a row (RDS refuses it), got {value!r}")


@rule("tags")
def tags_are_allowed(environment: Environment) -> Iterator[Problem]:
    """https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
    if len(environment.tags) > MOST_TAGS:
        yield Problem("tags", f"at most {MOST_TAGS}, got {len(environment.tags)}")
    for key, value in environment.tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            yield Problem(f"tags.{key}", "a tag has 1 to 128 characters, its value at most 256")
        if key.lower().startswith("aws:"):
            yield Problem(f"tags.{key}", "AWS keeps names that begin with 'aws:' for itself: rename it")


@rule("iam", "account_id")
def iam_is_of_the_account(environment: Environment) -> Iterator[Problem]:
    """A boundary and an identity provider live in the account that uses them."""
    iam = environment.iam
    found = {"iam.permissions_boundary": iam.permissions_boundary}
    if iam.oidc:
        found["iam.oidc.provider_arn"] = iam.oidc.provider_arn
    for path, value in found.items():
        if value and arn_account(value) not in {environment.account_id, ""}:
            yield Problem(
                path, f"must be of account {environment.account_id}, got one of {arn_account(value)}: {value}"
            )
