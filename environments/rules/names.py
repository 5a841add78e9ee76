"""Names that AWS accepts: `<prefix>-<environment>-...`, each within its limit; tags; ARNs of the right account."""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.facts.naming import resource_name
from environments.fields import arn_account
from environments.model import Environment
from environments.rules.registry import rule

LIMIT = 32
"""Characters of the name of a load balancer and of a target group, which are named ``<prefix>-<environment>``. Source:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html. ElastiCache allows 40,
RDS and S3 63."""
ROLE_LIMIT = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
MOST_TAGS = 40
"""AWS allows 50 tags; our own and the provider's need some."""


@rule("name", "name_prefix")
def names_fit(environment: Environment) -> Iterator[Problem]:
    """The load balancer takes the name that comes from prefix and environment."""
    name = resource_name(environment.name_prefix, environment.name)
    if len(name) > LIMIT:
        yield Problem(
            "name",
            f"the load balancer would be {name!r}, {len(name)} characters, AWS allows {LIMIT}: shorten name or "
            f"name_prefix by {len(name) - LIMIT}",
        )
    if name.startswith("internal-"):
        yield Problem("name_prefix", "AWS keeps load balancer names that begin with 'internal-' for itself: rename it")


@rule("name", "name_prefix", "workers")
def worker_roles_fit(environment: Environment) -> Iterator[Problem]:
    """Each worker group has roles of its own."""
    name = resource_name(environment.name_prefix, environment.name)
    for index, group in enumerate(environment.workers):
        role = f"{name}-worker-{group.name}-exec"
        if len(role) > ROLE_LIMIT:
            yield Problem(
                f"workers[{index}].name",
                f"the role would be {role!r}, {len(role)} characters, AWS allows {ROLE_LIMIT}: shorten it by "
                f"{len(role) - ROLE_LIMIT}",
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


@rule("iam")
def ci_roles_have_a_path_of_their_own(environment: Environment) -> Iterator[Problem]:
    """The deploy role manages all roles below ``iam.path``: below / it could change itself."""
    if environment.iam.oidc and environment.iam.path == "/":
        yield Problem("iam.path", "with iam.oidc the roles need a path of their own, got '/': say /airflow/")
