"""Names within the limits of AWS, and ARNs of the environment's account."""

from __future__ import annotations

from collections.abc import Iterator

from environments.arns import arn_account
from environments.errors import Problem
from environments.facts.bucket_names import RESERVED_PREFIXES as BUCKET_PREFIXES
from environments.facts.ci_roles import GITHUB, gitlab_host
from environments.facts.naming import resource_name
from environments.facts.quotas import LOAD_BALANCER_NAME_CHARACTERS, ROLE_NAME_CHARACTERS
from environments.facts.topology import worker_name
from environments.model import Environment
from environments.rules.registry import rule

OF_AWS = "aws"
"""Account in the ARN of an AWS-managed policy; every account may use such a policy as a permissions boundary."""
LIMIT, ROLE_LIMIT = LOAD_BALANCER_NAME_CHARACTERS.limit, ROLE_NAME_CHARACTERS.limit
RESERVED_PREFIXES = {"internal-": "load balancer", "sg-": "security group", **dict.fromkeys(BUCKET_PREFIXES, "bucket")}
"""Prefixes of names that AWS reserves, with the resource that could not be created."""


@rule("name", "name_prefix")
def names_fit(environment: Environment) -> Iterator[Problem]:
    """The name of the load balancer and the path of the parameters are valid and short enough."""
    name = resource_name(environment.name_prefix, environment.name)
    if len(name) > LIMIT:
        yield Problem(
            "name",
            f"the load balancer's name {name!r} has {len(name)} characters, AWS allows {LIMIT}. Fix: shorten name or "
            f"name_prefix by {len(name) - LIMIT}",
        )
    for reserved, kind in RESERVED_PREFIXES.items():
        if name.startswith(reserved):
            yield Problem("name_prefix", f"AWS reserves {kind} names that begin with {reserved!r}. Fix: rename it")
    if environment.name_prefix.startswith(("aws", "ssm")):
        yield Problem(
            "name_prefix",
            "Parameter Store reserves paths that begin with 'aws' or 'ssm', got "
            f"{environment.name_prefix!r}. Fix: rename it",
        )


@rule("name", "name_prefix", "workers")
def worker_roles_fit(environment: Environment) -> Iterator[Problem]:
    """The names of the roles of each worker group are short enough."""
    name = resource_name(environment.name_prefix, environment.name)
    for index, group in enumerate(environment.workers):
        role = f"{name}-{worker_name(group.name)}-exec"
        if len(role) > ROLE_LIMIT:
            yield Problem(
                f"workers[{index}].name",
                f"the role's name {role!r} has {len(role)} characters, AWS allows {ROLE_LIMIT}. Fix: shorten it by "
                f"{len(role) - ROLE_LIMIT}",
            )


@rule("name", "name_prefix")
def names_have_no_double_hyphen(environment: Environment) -> Iterator[Problem]:
    """RDS and ElastiCache reject names with two hyphens in a row or a hyphen at the end."""
    for key in ("name", "name_prefix"):
        value = getattr(environment, key)
        if value.endswith("-") or "--" in value:
            yield Problem(key, f"must not end in a hyphen or contain two in a row (RDS rejects both), got {value!r}")


@rule("iam", "account_id")
def iam_is_of_the_account(environment: Environment) -> Iterator[Problem]:
    """Permissions boundary and identity provider belong to the account that uses them."""
    iam = environment.iam
    found = {"iam.permissions_boundary": iam.permissions_boundary}
    if iam.oidc:
        found["iam.oidc.provider_arn"] = iam.oidc.provider_arn
    for path, value in found.items():
        if value and arn_account(value) not in {environment.account_id, OF_AWS}:
            yield Problem(
                path, f"must belong to account {environment.account_id}, got account {arn_account(value)}: {value}"
            )


@rule("iam")
def ci_roles_trust_one_provider(environment: Environment) -> Iterator[Problem]:
    """The trust policies of the CI roles name one provider, and its keys only."""
    oidc = environment.iam.oidc
    if oidc and oidc.gitlab_project:
        for key in ("github_repository", "github_ids", "github_environment"):
            if getattr(oidc, key):
                yield Problem(
                    f"iam.oidc.{key}", "belongs to GitHub, and iam.oidc.gitlab_project is set. Fix: remove one"
                )
        if gitlab_host(oidc.provider_arn) == GITHUB:
            yield Problem(
                "iam.oidc.provider_arn",
                f"is GitHub's, and iam.oidc.gitlab_project is set, got {oidc.provider_arn}. "
                "Fix: name the provider of GitLab, or remove the key",
            )


@rule("iam")
def ci_roles_trust_a_repository(environment: Environment) -> Iterator[Problem]:
    """Without a repository or project the section has no effect: bootstrap creates no CI roles."""
    oidc = environment.iam.oidc
    if oidc and not (oidc.github_repository or oidc.gitlab_project):
        yield Problem(
            "iam.oidc",
            "names no repository, so that no CI roles are created. Fix: add github_repository: OWNER/NAME or "
            "gitlab_project: GROUP/PROJECT, or remove iam.oidc",
        )


@rule("iam")
def ci_roles_have_their_own_path(environment: Environment) -> Iterator[Problem]:
    """The deploy role manages all roles below ``iam.path``; with the path / it could change itself."""
    if environment.iam.oidc and environment.iam.path == "/":
        yield Problem(
            "iam.path",
            "must not be '/' together with iam.oidc: the deploy role could change itself. Fix: use /airflow/",
        )
