"""IAM roles that learn their permissions from what they use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class RoleSettings:
    """What all roles of an environment share."""

    account_id: str
    region: str
    path: str = "/"
    permissions_boundary: str | None = None


def statement(
    *actions: str, on: Sequence[str], conditions: Conditions | None = None, effect: str = "Allow"
) -> dict[str, Any]:
    """One IAM policy statement; actions are sorted so that synthesized JSON is stable."""
    result: dict[str, Any] = {"Effect": effect, "Action": sorted(actions), "Resource": list(on)}
    if conditions:
        result["Condition"] = {operator: dict(tests) for operator, tests in conditions.items()}
    return result


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document as JSON text. References stay readable, unlike in ``Fn.jsonencode``."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def read_schedules(key_arn: str, region: str) -> dict[str, Any]:
    """EventBridge Scheduler decrypts a schedule with the permissions of the schedule's own role."""
    through = {"StringEquals": {"kms:ViaService": f"scheduler.{region}.amazonaws.com"}}
    return statement("kms:Decrypt", on=[key_arn], conditions=through)


def trust(*, service: str, settings: RoleSettings) -> str:
    """Trust of an AWS service on behalf of this account only (no confused deputy)."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": settings.account_id}},
        }
    )


class Role(Construct):
    """A role without permissions; every grant is an inline policy named after its purpose."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, service: str, purpose: str, settings: RoleSettings
    ) -> None:
        super().__init__(scope, id_)
        self._role = IamRole(
            self,
            "Resource",
            name=name,
            path=settings.path,
            description=purpose,
            assume_role_policy=trust(service=service, settings=settings),
            permissions_boundary=settings.permissions_boundary,
        )
        self.arn: str = self._role.arn
        self._granted: set[str] = set()

    def grant(self, purpose: str, *statements: Mapping[str, Any]) -> None:
        """Give the permissions of one purpose; a second grant of the same purpose is the same grant."""
        if purpose in self._granted:
            return
        self._granted.add(purpose)
        IamRolePolicy(self, purpose, name=purpose, role=self._role.id, policy=document(*statements))
