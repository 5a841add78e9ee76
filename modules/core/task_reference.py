"""The reference to a task definition that operations and schedules run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TaskReference:
    """A task definition with what a caller of ``RunTask`` needs.

    Args:
        task_definition_arn: ARN of the revision.
        role_arns: task role and execution role, which the caller must be allowed to pass.
        security_group_id: security group of the task.
    """

    task_definition_arn: str
    role_arns: list[str]
    security_group_id: str
