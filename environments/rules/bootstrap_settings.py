"""Environments of one AWS account share its bootstrap stack, so their state bucket and CI roles must agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from environments.errors import Problem
from environments.model import Environment

SETTINGS: dict[str, Callable[[Environment], Any]] = {
    "state.bucket": lambda environment: environment.state.bucket,
    "state.region": lambda environment: environment.state.region or environment.region,
    "iam.oidc": lambda environment: environment.iam.oidc,
}
"""Settings of the bootstrap stack by their path in an environment file; None leaves the choice to the others."""


def share_bootstrap(environment: Environment) -> bool:
    """Whether the environment keeps its state in a bucket of the bootstrap stack of its own account."""
    return environment.state.backend == "s3" and environment.state.role_arn is None


def bootstrap_conflicts(environments: Sequence[Environment]) -> Iterator[tuple[str, Problem]]:
    """Problems by name of the environment whose bootstrap settings differ from those of an earlier one."""
    first: dict[tuple[str, str], Environment] = {}
    for environment in filter(share_bootstrap, environments):
        for path, setting in SETTINGS.items():
            value = setting(environment)
            if value is None:
                continue
            other = first.setdefault((environment.account_id, path), environment)
            if setting(other) != value:
                yield environment.name, Problem(path, _message(environment, other, setting(other), value))


def _message(environment: Environment, other: Environment, expected: Any, value: Any) -> str:
    return (
        f"must be {_text(expected)} as in {other.name}, because account {environment.account_id} has only one "
        f"bootstrap stack, got {_text(value)}. Fix: use the same value in both files"
    )


def _text(value: Any) -> str:
    fields = value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else None
    return ", ".join(f"{key}: {content}" for key, content in fields.items()) if fields else repr(value)
