"""AF_IAM_4: actions with resource-level permissions are limited to specific resources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.actions import can_be_scoped, known_actions
from terraform_gate.iam.statement import Statement
from terraform_gate.reading.expression import is_wholly_unknown
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, StatementRule

_EVERYTHING = re.compile(r"\*+|arn:[^:]*:[^:]*:[^:]*:[^:]*:\*+|arn:[^:]*:s3:::[*?]+/.*")
_LIMITING = ("aws:resourcetag/", "ecs:cluster", "secretsmanager:resourcetag/", "ssm:resourcetag/", "ec2:resourcetag/")
"""Condition keys that limit the resource as an ARN does."""
_STOP_TASK = {"Action": "ecs:StopTask", "Resource": "*"}


class WildcardResource(StatementRule):
    """`Resource: "*"` for actions that support an ARN."""

    id = "AF_IAM_4"
    title = "Allow statements on all resources contain only actions without resource-level permissions"
    severity = Severity.HIGH
    why = (
        "A permission on all resources also covers the other applications of the account: their tasks, parameters, "
        "buckets and keys."
    )
    remediation = (
        "List the ARNs. Put actions without resource-level permissions (ecr:GetAuthorizationToken) into "
        "a separate statement."
    )
    references = (
        "cdk-nag AwsSolutions-IAM5",
        "trivy AVD-AWS-0057",
        "parliament RESOURCE_STAR",
        "CKV_AWS_355",
        "CKV_AWS_356",
    )
    documents = IDENTITY
    passing = (
        Example(
            title="an ARN, and a separate statement for an action without resource-level permissions",
            resources=role_policy(
                {"Action": "ecs:StopTask", "Resource": f"arn:aws:ecs:eu-central-1:{ACCOUNT}:task/airflow/*"},
                {"Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            ),
        ),
        Example(
            title="all resources, limited by a condition on the resource",
            resources=role_policy(
                {
                    **_STOP_TASK,
                    "Condition": {"ArnEquals": {"ecs:cluster": f"arn:aws:ecs:eu-central-1:{ACCOUNT}:cluster/airflow"}},
                }
            ),
        ),
    )
    failing = (
        Example(
            title="the objects of every bucket",
            resources=role_policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::*/*"}),
        ),
        Example(title="all resources", resources=role_policy(_STOP_TASK)),
        Example(
            title="all resources, written as an ARN",
            resources=role_policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::*"}),
        ),
        Example(
            title="actions with and without resource-level permissions in one statement",
            resources=role_policy({"Action": ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"], "Resource": "*"}),
        ),
        Example(
            title="an IfExists condition",
            resources=role_policy(
                {**_STOP_TASK, "Condition": {"ArnEqualsIfExists": {"ecs:cluster": "arn:aws:ecs:*:*:cluster/a"}}}
            ),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Find actions with resource-level permissions on all resources."""
        wide = [resource for resource in statement.resources if _EVERYTHING.fullmatch(resource)]
        if not statement.allows or not wide or _is_limited(statement):
            return
        actions = [
            action for pattern in statement.actions for action in known_actions(pattern) if can_be_scoped(action)
        ]
        if actions:
            more = f" and {len(actions) - 3} more" if len(actions) > 3 else ""
            yield f"allows {', '.join(actions[:3])}{more} on all resources ({wide[0]})"

    def unknown(self, statement: Statement) -> Iterator[str]:
        """Find resources that are unknown before the apply and could be `*`."""
        if statement.allows and not _is_limited(statement):
            unknown = (value for value in statement.resources if is_wholly_unknown(value))
            yield from (f"the resource {value} is not known before the apply" for value in unknown)


def _is_limited(statement: Statement) -> bool:
    keys = {key for by_key in statement.conditions.values() for key in by_key if key.startswith(_LIMITING)}
    return bool(keys) and bool(statement.condition(*keys))


rule = WildcardResource()
