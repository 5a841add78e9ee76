"""The repository whose CI jobs may assume roles, and the subjects of the tokens of its jobs."""

from __future__ import annotations

from dataclasses import dataclass

from environments.facts.ci_roles import GITHUB

AUDIENCE = "sts.amazonaws.com"
GITHUB_PLANNING = ("pull_request", "ref:refs/heads/*", "ref:refs/tags/*", "environment:*")
"""The jobs that may plan on GitHub. A job with a GitHub environment has a subject without its branch or tag.

Source: https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
"""
GITLAB_PLANNING = ("ref_type:branch:ref:*", "ref_type:tag:ref:*")
"""The jobs that may plan on GitLab.

Source: https://docs.gitlab.com/ci/cloud_services/#configure-a-conditional-role-with-oidc-claims
"""


@dataclass(frozen=True, kw_only=True)
class CiRepository:
    """The repository of a CI system.

    Args:
        name: ``owner/name`` on GitHub, or ``group/project`` on GitLab.
        branch: branch whose jobs may deploy.
        provider_arn: an existing IAM OIDC provider of the CI system; when absent, one is created.
        github_environment: GitHub environment whose jobs may deploy, instead of the branch.
        github_ids: ``<owner id>/<repository id>`` of a repository whose subjects contain them.
        gitlab_host: host of GitLab, for a repository on GitLab.

    >>> CiRepository(name="example/airflow", branch="main", github_ids="12/345").deploying_subject
    'repo:example@12/airflow@345:ref:refs/heads/main'
    >>> CiRepository(name="group/airflow", branch="main", gitlab_host="gitlab.com").planning_subjects[0]
    'project_path:group/airflow:ref_type:branch:ref:*'
    """

    name: str
    branch: str
    provider_arn: str | None = None
    github_environment: str | None = None
    github_ids: str | None = None
    gitlab_host: str | None = None

    @property
    def issuer(self) -> str:
        """Host that issues the tokens of the jobs."""
        return self.gitlab_host or GITHUB

    @property
    def planning_subjects(self) -> list[str]:
        """Patterns of the subjects of the jobs that may plan."""
        return [self._prefix + job for job in (GITLAB_PLANNING if self.gitlab_host else GITHUB_PLANNING)]

    @property
    def deploying_subject(self) -> str:
        """Subject of the jobs that may deploy."""
        if self.gitlab_host:
            return f"{self._prefix}ref_type:branch:ref:{self.branch}"
        if self.github_environment:
            return f"{self._prefix}environment:{self.github_environment}"
        return f"{self._prefix}ref:refs/heads/{self.branch}"

    @property
    def _prefix(self) -> str:
        if self.gitlab_host:
            return f"project_path:{self.name}:"
        if not self.github_ids:
            return f"repo:{self.name}:"
        parts = zip(self.name.split("/"), self.github_ids.split("/"), strict=True)
        return f"repo:{'/'.join(map('@'.join, parts))}:"
