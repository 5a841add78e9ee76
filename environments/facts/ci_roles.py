"""The roles that a CI system assumes: their path and ARNs, which the bootstrap stack and the pipelines share."""

from __future__ import annotations

PLAN, DEPLOY = "plan", "deploy"
SECONDS = {PLAN: 3600, DEPLOY: 7200}
"""Longest session of each role."""

GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
"""Hosts of the identity providers."""


def gitlab_host(provider_arn: str | None) -> str:
    """Return the host of GitLab: that of an existing identity provider, or gitlab.com.

    >>> gitlab_host(None), gitlab_host("arn:aws:iam::111111111111:oidc-provider/git.example.com")
    ('gitlab.com', 'git.example.com')
    """
    return provider_arn.partition(":oidc-provider/")[2] if provider_arn else GITLAB


def ci_path(path: str) -> str:
    """Return the IAM path of what the deploy role must not change: the CI roles and the boundary.

    >>> ci_path("/airflow/")
    '/airflow-ci/'
    """
    return path.rstrip("/") + "-ci/"


def ci_role_name(prefix: str, kind: str) -> str:
    """Return the name of the role ``plan`` or ``deploy``.

    >>> ci_role_name("airflow", PLAN)
    'airflow-ci-plan'
    """
    return f"{prefix}-ci-{kind}"


def ci_role_arn(prefix: str, kind: str, *, account_id: str, path: str) -> str:
    """Return the ARN of the role ``plan`` or ``deploy``.

    >>> ci_role_arn("airflow", DEPLOY, account_id="111111111111", path="/airflow/")
    'arn:aws:iam::111111111111:role/airflow-ci/airflow-ci-deploy'
    """
    return f"arn:aws:iam::{account_id}:role{ci_path(path)}{ci_role_name(prefix, kind)}"
