"""The IAM actions that the role which applies a module needs, derived from the module's resource types.

The actions are those of the deploy role (``modules.core.deploy_permissions``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modules.core.deploy_actions import GLOBAL_ACTIONS, GRANTED_SERVICES, REGIONAL_ACTIONS, TYPED_ACTIONS, VERBS

# Beginning of a resource type without `aws_` -> service prefix of its IAM actions; the longest beginning counts.
SERVICES: Mapping[str, str] = {
    "acm_": "acm",
    "appautoscaling_": "application-autoscaling",
    "cloudwatch_": "cloudwatch",
    "cloudwatch_log": "logs",
    "cloudwatch_query": "logs",
    "db_": "rds",
    "ecr_": "ecr",
    "ecs_": "ecs",
    "elasticache_": "elasticache",
    "iam_": "iam",
    "kms_": "kms",
    "lb": "elasticloadbalancing",
    "route53_": "route53",
    "s3_": "s3",
    "scheduler_": "scheduler",
    "secretsmanager_": "secretsmanager",
    "service_discovery_": "servicediscovery",
    "sns_": "sns",
    "ssm_": "ssm",
    "wafv2_": "wafv2",
    **dict.fromkeys(
        ("default_", "eip", "flow_log", "internet_gateway", "nat_gateway", "network_acl", "route_", "route", "subnet"),
        "ec2",
    ),
    **dict.fromkeys(("security_group", "vpc"), "ec2"),
}
# CiRoles limits these actions to the path of the roles and to their permissions boundary.
IAM_ACTIONS = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy",
               "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:List*", "iam:PassRole",
               "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
               "iam:UpdateRole")  # fmt: skip
IDENTITY_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "aws_iam_policy": ("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion",
                       "iam:GetPolicy", "iam:GetPolicyVersion", "iam:TagPolicy"),
    "aws_iam_openid_connect_provider": ("iam:*OpenIDConnectProvider*",),
}  # fmt: skip
KEY_ACTIONS = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")


def service_of(kind: str) -> str | None:
    """The service prefix of the IAM actions for the resource type ``kind``; None when it makes no AWS call."""
    bare = kind.removeprefix("aws_")
    fits = [prefix for prefix in SERVICES if kind != bare and bare.startswith(prefix)]
    return SERVICES[max(fits, key=len)] if fits else None


def actions(sections: Mapping[str, Any]) -> list[str]:
    """The IAM actions for the resources and ephemeral resources in ``sections``, sorted."""
    kinds = [kind for section in ("resource", "ephemeral") for kind in sections.get(section, {})]
    services = {service for kind in kinds if (service := service_of(kind))}
    found = {action for service in services for action in _of_service(service)}
    found |= {action for kind in kinds for action in IDENTITY_ACTIONS.get(kind, ())}
    if "key_arn" in json.dumps(sections) or "aws_kms_key" in kinds:
        found |= {*KEY_ACTIONS, *(["kms:CreateGrant"] if services & set(GRANTED_SERVICES) else [])}
    return sorted(found)


def policy(sections: Mapping[str, Any]) -> str:
    """A policy document in JSON with the actions; the caller limits its resources."""
    statement = {"Effect": "Allow", "Action": actions(sections), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def _of_service(service: str) -> Iterator[str]:
    yield from (f"{service}:{verb}" for verb in VERBS.get(service, ()))
    yield from _beginning(f"{service}:", [*REGIONAL_ACTIONS, *GLOBAL_ACTIONS])
    for typed in TYPED_ACTIONS.values():
        yield from _beginning(f"{service}:", typed)
    if service == "iam":
        yield from IAM_ACTIONS
    if service == "kms":
        yield from ("kms:Describe*", "kms:Get*", "kms:List*")
    if service in {"ec2", "route53", "wafv2", "acm"}:
        yield from (f"{service}:{verb}" for verb in ("Describe*", "Get*", "List*"))


def _beginning(prefix: str, candidates: Iterable[str]) -> Iterator[str]:
    return (action for action in candidates if action.startswith(prefix))
