"""The statements of a run's roles, and the requests that needed each action and each resource of them.

Without an action or a resource of a statement, a recorded request is denied exactly if the statement allowed it by that
action or resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from terraform_harness.emulator.iam import DecisionReport, Taken

# The AWS managed policy of the plan role: its permissions cannot be reduced.
NOT_OURS = frozenset({"ReadOnlyAccess"})
TASK_ROLE = re.compile(r"(?P<prefix>[^-]+)-(?P<environment>[^-]+)-(?P<component>.+)-(?P<kind>task|exec)")
CI_ROLE = re.compile(r"[^-]+-ci-(?P<kind>plan|deploy)")
KINDS = {"task": "task role", "exec": "execution role"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Parts = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A statement that allows something.

    Attributes:
        role: for example ``scheduler: task role`` or ``CI: deploy``.
        policy: name of its policy.
        actions: the operations that needed each action; none for an action that no request needed.
        resources: the same for each resource.
    """

    role: str
    policy: str
    actions: Parts
    resources: Parts

    @property
    def key(self) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
        """What makes two statements the same."""
        return self.role, self.policy, tuple(self.actions), tuple(self.resources)

    @property
    def unused(self) -> list[str]:
        """The actions and resources that no request needed."""
        return [name for part in (self.actions, self.resources) for name, operations in part.items() if not operations]


def usages(reports: Iterable[DecisionReport]) -> list[Usage]:
    """The statements of the task roles and CI roles of some runs; the same statements of several runs are one.

    Args:
        reports: the decisions of each run.
    """
    return merged(found for report in reports for found in _of_run(report))


def merged(statements: Iterable[Usage]) -> list[Usage]:
    """The statements in order; the same statement of several runs is one, with the operations of all of them."""
    found: dict[object, Usage] = {}
    for item in statements:
        found[item.key] = _merge(found[item.key], item) if item.key in found else item
    return sorted(found.values(), key=lambda item: item.key)


def _of_run(report: DecisionReport) -> Iterator[Usage]:
    for arn, policies in report.policies.items():
        role = short_name(arn)
        own = [item for item in report.taken if item.allowed and item.principal == arn]
        for policy, statements in policies.items() if role else ():
            for index, statement in enumerate(() if policy in NOT_OURS else statements):
                if statement["Effect"] == "Allow":
                    decided = [item for item in own if (item.policy, item.statement) == (policy, index)]
                    yield _usage(role, arn, policy, statement, decided)


def short_name(arn: str) -> str:
    """The name of a role without account and environment; empty for a role that is neither a task's nor CI's."""
    name = arn.rpartition("/")[2]
    if found := CI_ROLE.fullmatch(name):
        return f"CI: {found['kind']}"
    if found := TASK_ROLE.fullmatch(name):
        return f"{found['component']}: {KINDS[found['kind']]}"
    return ""


def _usage(role: str, arn: str, policy: str, statement: Mapping[str, Any], decided: Sequence[Taken]) -> Usage:
    actions = {
        action: _operations(item for item in decided if fnmatchcase(item.action.lower(), action.lower()))
        for action in statement["Action"]
    }
    resources = {
        pattern: _operations(item for item in decided if _matches(item.resource, pattern))
        for pattern in statement["Resource"]
    }
    general = {generalized(pattern, arn): operations for pattern, operations in resources.items()}
    return Usage(role=role, policy=policy, actions=actions, resources=general)


def _matches(resource: str, pattern: str) -> bool:
    """Whether a pattern covers the resource of a request, which may be a pattern itself."""
    return resource == pattern or fnmatchcase(resource, pattern)


def _operations(items: Iterable[Taken]) -> tuple[str, ...]:
    return tuple(sorted({item.operation for item in items}))


def generalized(text: str, role: str) -> str:
    """A resource of a role's statement without account, environment and generated ids."""
    text = UUID.sub("<id>", text.replace(role.split(":")[4], "<account>"))
    found = TASK_ROLE.fullmatch(role.rpartition("/")[2])
    if not found:
        return text
    return re.sub(rf"(?<={found['prefix']})([-/]){found['environment']}\b", r"\1<environment>", text)


def _merge(first: Usage, second: Usage) -> Usage:
    def both(mine: Parts, theirs: Parts) -> Parts:
        return {name: tuple(sorted({*mine[name], *theirs[name]})) for name in mine}

    return Usage(
        role=first.role,
        policy=first.policy,
        actions=both(first.actions, second.actions),
        resources=both(first.resources, second.resources),
    )
