"""The IAM permissions of the deploy role.

The service authorization reference of AWS lists the resource types that each action supports:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from modules.core.deploy_actions import (
    ENCRYPTING_SERVICES,
    GLOBAL_ACTIONS,
    GRANTED_SERVICES,
    LINKED_SERVICES,
    NAMED_RESOURCES,
    REGIONAL_ACTIONS,
    TYPED_ACTIONS,
    VERBS,
)
from modules.core.grants import RoleSettings, statement

ROLE_RECIPIENTS = (
    "ecs-tasks.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "rds.amazonaws.com",
    "scheduler.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)


def deploy_permissions(name: str, roles: RoleSettings) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the statements for resources that start with ``name``, and those for all other resources.

    Args:
        name: prefix of the names of all resources.
        roles: account and region of the deployment.
    """
    here = f"{roles.region}:{roles.account_id}"

    def filled(arns: Iterable[str]) -> list[str]:
        return [arn.format(here=here, region=roles.region, account=roles.account_id, name=name) for arn in arns]

    named = [
        statement(*(f"{service}:{verb}" for verb in VERBS[service]), on=filled(arns))
        for service, arns in sorted(NAMED_RESOURCES.items())
    ]
    keys = filled(["arn:aws:kms:{here}:key/*"])
    return named, [
        *(statement(*actions, on=filled(arns)) for arns, actions in TYPED_ACTIONS.items()),
        statement(*REGIONAL_ACTIONS, on=["*"], conditions={"StringEquals": {"aws:RequestedRegion": roles.region}}),
        statement(*GLOBAL_ACTIONS, on=["*"]),
        statement(
            "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey",
            on=keys,
            conditions={"StringEquals": {"kms:ViaService": _hosts(ENCRYPTING_SERVICES, roles)}},
        ),
        statement(
            "kms:CreateGrant",
            on=keys,
            conditions={
                "StringEquals": {"kms:ViaService": _hosts(GRANTED_SERVICES, roles)},
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        ),
        statement(
            "iam:CreateServiceLinkedRole",
            on=filled(f"arn:aws:iam::{{account}}:role/aws-service-role/{service}/*" for service in LINKED_SERVICES),
            conditions={"StringEquals": {"iam:AWSServiceName": list(LINKED_SERVICES)}},
        ),
    ]  # fmt: skip


def _hosts(services: Iterable[str], roles: RoleSettings) -> list[str]:
    return [f"{service}.{roles.region}.amazonaws.com" for service in services]
