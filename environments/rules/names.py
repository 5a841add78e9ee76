"""Names that AWS accepts: `<prefix>-<environment>-...`, each within its limit; tags; ARNs of the right account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from environments.errors import Problem
from environments.fields import arn_account
from environments.rules.registry import rule

if TYPE_CHECKING:
    from environments.model import Environment

LIMITS: tuple[tuple[str, str, int], ...] = (
    ("target group", "-api-server", 32),
    ("load balancer", "", 32),
    ("ElastiCache replication group", "", 40),
    ("RDS instance", "-database", 63),
)
"""What is named, its suffix, and the number of characters AWS allows. Sources: CreateTargetGroup and
CreateLoadBalancer (Elastic Load Balancing API 2015-12-01), CreateReplicationGroup (ElastiCache API), CreateDBInstance
(RDS API)."""
ROLE_LIMIT = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
BUCKET_LIMIT = 63
MOST_TAGS = 40
"""AWS allows 50 tags; our own and the provider's need some."""


@rule("name", "name_prefix")
def names_fit(environment: Environment) -> Iterator[Problem]:
    """The names that come from prefix and environment fit; one line for the tightest."""
    stem = f"{environment.name_prefix}-{environment.name}"
    for what, suffix, limit in LIMITS:
        if len(stem + suffix) > limit:
            yield Problem(
                "name",
                f"the {what} would be {stem + suffix!r}, {len(stem + suffix)} characters, AWS allows {limit}: "
                f"shorten name or name_prefix by {len(stem + suffix) - limit}",
            )
            return


@rule("name", "name_prefix", "workers")
def worker_roles_fit(environment: Environment) -> Iterator[Problem]:
    """Each worker group has a role of its own."""
    for index, group in enumerate(environment.workers):
        role = f"{environment.name_prefix}-{environment.name}-worker-{group.name}-execution"
        if len(role) > ROLE_LIMIT:
            yield Problem(
                f"workers[{index}].name",
                f"the role would be {role!r}, {len(role)} characters, AWS allows {ROLE_LIMIT}: shorten it by "
                f"{len(role) - ROLE_LIMIT}",
            )


@rule("name", "name_prefix", "region")
def buckets_fit(environment: Environment) -> Iterator[Problem]:
    """Buckets carry account and region, because their names are shared with the world."""
    bucket = f"{environment.name_prefix}-{environment.name}-access-logs-{'0' * 12}-{environment.region}"
    if len(bucket) > BUCKET_LIMIT:
        yield Problem(
            "name_prefix",
            f"the bucket would have a name of {len(bucket)} characters "
            f"({environment.name_prefix}-{environment.name}-access-logs-<account>-{environment.region}), "
            f"AWS allows {BUCKET_LIMIT}: shorten name or name_prefix by {len(bucket) - BUCKET_LIMIT}",
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
