"""Quotas of AWS that lists in the file can exceed."""

from __future__ import annotations

from collections.abc import Iterator

from environments.derived.quota_usage import Usage, quota_usage
from environments.errors import Problem
from environments.facts.quotas import TASK_DEFINITION_BYTES
from environments.model import Environment
from environments.rules.registry import rule


@rule("network", "load_balancer", "topology", "components", "workers", "airflow", "dags", "cleanup")
def quotas_are_kept(environment: Environment) -> Iterator[Problem]:
    """The environment fits into the default quotas of an AWS account."""
    for usage in quota_usage(environment):
        if usage.is_exceeded:
            yield Problem(usage.path, _message(usage))


def _message(usage: Usage) -> str:
    quota, over = usage.quota, usage.used - usage.quota.limit
    items = -(-over // usage.each)
    advice = "or merge blocks that are neighbours" if usage.path.endswith("cidrs") else "or use a second environment"
    return (
        f"needs {usage.used:,} {quota.what}, AWS allows {quota.limit:,} ({quota.source}). "
        f"Fix: remove {items:,}{' bytes' if quota is TASK_DEFINITION_BYTES else ''} or more, {advice}"
    )
