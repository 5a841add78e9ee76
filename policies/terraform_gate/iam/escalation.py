"""Privilege escalation: permissions that are harmless alone and together allow another role's permissions.

Each path is a set of actions that one principal needs together, over all its policies. Sources: cloudsplaining's list
(after Rhino Security Labs' research), and the ECS paths that follow from the AWS documentation of task roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloudsplaining.shared.constants import PRIVILEGE_ESCALATION_METHODS

from terraform_gate.iam.principals import Granted, Principal
from terraform_gate.iam.statement import Statement

PASS_ROLE = "iam:passrole"  # noqa: S105
_ECS_AND_OTHER_PATHS: Mapping[str, tuple[str, ...]] = {
    "RunNewTaskDefinitionWithExistingRole": (PASS_ROLE, "ecs:registertaskdefinition", "ecs:runtask"),
    "StartNewTaskDefinitionWithExistingRole": (PASS_ROLE, "ecs:registertaskdefinition", "ecs:starttask"),
    "PutNewTaskDefinitionInService": (PASS_ROLE, "ecs:registertaskdefinition", "ecs:updateservice"),
    "CreateServiceOfNewTaskDefinition": (PASS_ROLE, "ecs:registertaskdefinition", "ecs:createservice"),
    "RunTaskWithOverriddenRole": (PASS_ROLE, "ecs:runtask"),
    "ScheduleTaskWithExistingRole": (PASS_ROLE, "events:putrule", "events:puttargets"),
    "ScheduleAnythingWithExistingRole": (PASS_ROLE, "scheduler:createschedule"),
    "RunCommandInRunningTask": ("ecs:executecommand",),
    "PassExistingRoleToCodeBuild": (PASS_ROLE, "codebuild:createproject", "codebuild:startbuild"),
    "PassExistingRoleToStepFunction": (PASS_ROLE, "states:createstatemachine", "states:startexecution"),
    "PassExistingRoleToSageMaker": (PASS_ROLE, "sagemaker:createnotebookinstance"),
    "PassExistingRoleToAirflow": (PASS_ROLE, "airflow:createenvironment"),
    "RemovePermissionsBoundary": ("iam:deleterolepermissionsboundary",),
}
ESCALATION_PATHS: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(actions) for name, actions in PRIVILEGE_ESCALATION_METHODS.items()},
    **_ECS_AND_OTHER_PATHS,
}
_NARROWING = ("iam:permissionsboundary", "iam:policyarn", "ecs:cluster", "ecs:task", "aws:resourcetag")


@dataclass(frozen=True)
class Escalation:
    """One open escalation path: its name, and the statement that grants each action."""

    path: str
    grants: Mapping[str, Granted]

    def __str__(self) -> str:
        """The path and the policies that grant its actions."""
        steps = (f"{action} by {grant.source.address}" for action, grant in self.grants.items())
        return f"{self.path}: {', '.join(steps)}"


def escalations(principal: Principal) -> Iterator[Escalation]:
    """Yield every open path: all its actions are granted, the decisive ones beyond specific resources."""
    for path, actions in ESCALATION_PATHS.items():
        grants = {action: _open_grant(principal, action) for action in actions}
        found = {action: grant for action, grant in grants.items() if grant is not None}
        if len(found) == len(actions):
            yield Escalation(path=path, grants=found)


def _open_grant(principal: Principal, action: str) -> Granted | None:
    decisive = action.startswith("iam:") or action in _DECISIVE
    return next((grant for grant in principal.grants_of(action) if not decisive or is_open(grant.statement)), None)


_DECISIVE = frozenset({"sts:assumerole", "ecs:executecommand", "lambda:updatefunctioncode", "glue:updatedevendpoint"})
"""Actions whose resource decides which permissions are gained; the resources of the others do not matter."""


def is_open(statement: Statement) -> bool:
    """Whether a statement without narrowing condition covers wide resources: `*`, `role/*`, NotResource."""
    if any(key.startswith(_NARROWING) for by_key in statement.conditions.values() for key in by_key):
        return False
    return bool(statement.not_resources) or any(is_wide(resource) for resource in statement.resources)


def is_wide(resource: str) -> bool:
    """Whether an ARN pattern covers every resource of its type: `*`, `arn:aws:iam::1:role/*`, `...:role*`."""
    last = resource.rpartition(":")[2]
    head = last.partition("*")[0]
    return resource == "*" or ("*" in last and head.rstrip("/") in {"", "role", "user", "policy", "task", "cluster"})
