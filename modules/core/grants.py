"""IAM roles, grants and policy documents."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class RoleSettings:
    """The settings that all IAM roles of an environment share.

    Args:
        account_id: AWS account.
        region: AWS region.
        path: IAM path of the roles.
        permissions_boundary: ARN of the managed policy that limits every role, if any.
    """

    account_id: str
    region: str
    path: str = "/"
    permissions_boundary: str | None = None


def statement(
    *actions: str, on: Sequence[str], conditions: Conditions | None = None, effect: str = "Allow"
) -> dict[str, Any]:
    """Return one IAM policy statement.

    Args:
        actions: IAM actions; sorted in the statement, so that synthesized JSON is stable.
        on: ARNs of the resources.
        conditions: condition operators with their keys and values.
        effect: ``Allow`` or ``Deny``.
    """
    result: dict[str, Any] = {"Effect": effect, "Action": sorted(actions), "Resource": list(on)}
    if conditions:
        result["Condition"] = {operator: dict(tests) for operator, tests in conditions.items()}
    return result


def document(*statements: Mapping[str, Any]) -> str:
    """Return a policy document as JSON text. References stay readable, unlike in ``Fn.jsonencode``."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def decrypt_schedules(key_arn: str, region: str) -> dict[str, Any]:
    """Return the statement that the role of a schedule needs: EventBridge Scheduler decrypts with that role."""
    through = {"StringEquals": {"kms:ViaService": f"scheduler.{region}.amazonaws.com"}}
    return statement("kms:Decrypt", on=[key_arn], conditions=through)


def trust(*, service: str, settings: RoleSettings) -> str:
    """Return a trust policy for an AWS service that acts on behalf of this account (prevents the confused deputy).

    Args:
        service: service principal, for example ``ecs-tasks.amazonaws.com``.
        settings: settings of all roles; gives the account.
    """
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": settings.account_id}},
        }
    )


class Role(Construct):
    """An IAM role that starts without permissions; each grant adds an inline policy.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the role.
        service: service principal that may assume the role.
        purpose: description of the role.
        settings: settings that all roles share.

    Example:
        >>> role = Role(stack, "role", name="airflow-prod-writer", service="ecs-tasks.amazonaws.com",
        ...             purpose="Writes results", settings=roles)
        >>> role.grant("write-results", statement("s3:PutObject", on=["arn:aws:s3:::example-results/*"]))
        >>> resource("aws_iam_role_policy.role_write_results")["name"]
        'write-results'
    """

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
        """Add the inline policy ``purpose`` with ``statements``; a second grant of the same purpose adds nothing.

        Args:
            purpose: name of the inline policy.
            statements: statements of the policy, see :func:`statement`.
        """
        if purpose in self._granted:
            return
        self._granted.add(purpose)
        IamRolePolicy(self, purpose, name=purpose, role=self._role.id, policy=document(*statements))

    def attach(self, policy_arn: str) -> None:
        """Attach the managed policy ``policy_arn``.

        Args:
            policy_arn: ARN of the policy, which belongs to this account or to AWS.
        """
        name = re.sub(r"[^0-9A-Za-z]+", "-", policy_arn.split(":policy/", 1)[-1])
        IamRolePolicyAttachment(self, f"managed-{name}", role=self._role.name, policy_arn=policy_arn)
