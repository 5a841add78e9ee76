"""What the pipelines need to know about each environment, and which environments have a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environments import Environment, load
from environments.facts.ci_roles import DEPLOY, PLAN, ci_role_arn, gitlab_host
from environments.facts.stacks import stack_names
from environments.load import load_all
from environments.sections.identity import Oidc
from operations.errors import PreconditionError

PROVIDERS = ("github", "gitlab")
KEYS = {"github": "github_repository", "gitlab": "gitlab_project"}
"""The key of ``iam.oidc`` that names the project on each provider."""


@dataclass(frozen=True)
class Target:
    """An environment that the pipelines deploy.

    Attributes:
        name: name of the environment.
        account: AWS account.
        region: AWS region.
        plan_role: ARN of the role that reads and plans.
        deploy_role: ARN of the role that deploys.
        host: host of the repository.
        project: ``owner/name`` of the repository whose pipelines may assume the roles.
        branch: branch whose pipelines deploy.
        approval: GitHub environment that the trust policy of the deploy role names, if any.
        repository: name of the image repository in ECR.
        dags: the section ``dags`` of the environment.
    """

    name: str
    account: str
    region: str
    plan_role: str
    deploy_role: str
    host: str
    project: str
    branch: str
    approval: str | None
    repository: str
    dags: Any

    @property
    def stacks(self) -> tuple[str, ...]:
        """Names of the stacks in the order of apply."""
        return stack_names(self.name)

    @property
    def registry(self) -> str:
        """Address of the image repository."""
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{self.repository}"


def targets(names: Sequence[str], *, folder: Path, provider: str) -> tuple[Target, ...]:
    """The environments ``names`` in the order of deployment.

    Raises:
        InvalidEnvironment: a file is invalid.
        PreconditionError: an environment is unknown, is listed twice, has no CI roles of the provider, or differs from
            the others in what one pipeline needs.
    """
    if provider not in PROVIDERS:
        raise PreconditionError(
            f"unknown provider {provider!r}. Allowed: {', '.join(PROVIDERS)}. Fix: name one of them"
        )
    known = sorted(file.stem for file in folder.glob("*.yaml"))
    for name in names:
        if name not in known:
            raise PreconditionError(
                f"{name!r} is not an environment. Allowed: {', '.join(known)}. Fix: correct the name"
            )
        if names.count(name) > 1:
            raise PreconditionError(f"{name!r} is listed twice. Fix: name each environment once")
    everything = load_all(folder) if set(names) == set(known) else [load(folder / f"{name}.yaml") for name in names]
    by_name = {environment.name: environment for environment in everything}
    found = tuple(_target(by_name[name], folder / f"{name}.yaml", provider) for name in names)
    for key, value in (_SHARED | {KEYS[provider]: lambda target: target.project}).items():
        _require_same(f"iam.oidc.{key}", found, value, folder)
    return found


_SHARED: dict[str, Callable[[Target], str]] = {"branch": lambda target: target.branch}


def _target(environment: Environment, file: Path, provider: str) -> Target:
    oidc = environment.iam.oidc or Oidc()
    project = getattr(oidc, KEYS[provider])
    if project is None:
        other = next((key for key in KEYS.values() if getattr(oidc, key)), None)
        got = f"iam.oidc.{other} is set: the CI roles trust another provider" if other else "there are no CI roles"
        fix = f"Fix: set iam: {{oidc: {{{KEYS[provider]}: OWNER/NAME}}}}, then make bootstrap ENV={environment.name}"
        raise PreconditionError(f"{file}: iam.oidc.{KEYS[provider]}: missing; {got}. {fix}")
    account, path = environment.account_id, environment.iam.path
    prefix = environment.name_prefix
    return Target(
        name=environment.name,
        account=account,
        region=environment.region,
        plan_role=ci_role_arn(prefix, PLAN, account_id=account, path=path),
        deploy_role=ci_role_arn(prefix, DEPLOY, account_id=account, path=path),
        host=gitlab_host(oidc.provider_arn) if provider == "gitlab" else "github.com",
        project=project,
        branch=oidc.branch,
        approval=oidc.github_environment,
        repository=environment.names.name,
        dags=environment.dags,
    )


def _require_same(key: str, found: Iterable[Target], value: Callable[[Target], str], folder: Path) -> None:
    first, *others = found
    for other in others:
        if value(other) != value(first):
            raise PreconditionError(
                f"{folder / other.name}.yaml: {key}: must be {value(first)!r} as in {first.name}.yaml, because one "
                f"pipeline deploys both, got {value(other)!r}. Fix: use the same value, or run the command "
                "for each separately"
            )
