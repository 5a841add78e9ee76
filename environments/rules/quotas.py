"""Quotas of AWS that lists in the file can exceed."""

from __future__ import annotations

from collections.abc import Iterator

from environments.derived.quota_usage import Usage, quota_usage
from environments.errors import Problem
from environments.facts.quotas import INLINE_POLICY_CHARACTERS, TASK_DEFINITION_BYTES
from environments.model import Environment
from environments.rules.registry import rule

UNITS = {TASK_DEFINITION_BYTES: " bytes", INLINE_POLICY_CHARACTERS: " characters"}
"""Units of the number in the fix, for quotas that do not count items."""
ADVICE = {INLINE_POLICY_CHARACTERS: "or use another worker group or a managed policy"}


@rule("network", "load_balancer", "topology", "components", "workers", "ecs_executor", "airflow", "dags", "cleanup")
def quotas_are_kept(environment: Environment) -> Iterator[Problem]:
    """The environment fits into the default quotas of an AWS account."""
    for usage in quota_usage(environment):
        if usage.is_exceeded:
            yield Problem(usage.path, _message(usage))


def _message(usage: Usage) -> str:
    quota, over = usage.quota, usage.used - usage.quota.limit
    items = -(-over // usage.each)
    merge = usage.path.endswith(("cidrs", "egress"))
    advice = "or merge blocks that are neighbours" if merge else ADVICE.get(quota, "or use a second environment")
    left = f"; Airflow itself leaves {quota.limit - usage.own} for egress" if usage.own else ""
    return (
        f"needs {usage.used:,} {quota.what}, AWS allows {quota.limit:,} ({quota.source}){left}. "
        f"Fix: remove {items:,}{UNITS.get(quota, '')} or more, {advice}"
    )
