"""AF_IAM_11: actions that return credentials or secrets are limited to specific resources."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.actions import CREDENTIAL_RETURNING, can_be_scoped, known_actions
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, StatementRule

_PARAMETERS = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter"


class CredentialsExposure(StatementRule):
    """Actions that return credentials or secrets, allowed on every resource of a type."""

    id = "AF_IAM_11"
    title = "Actions that return credentials or secrets are limited to specific resources"
    severity = Severity.CRITICAL
    why = (
        "A compromised task with such a permission can read every parameter, decrypt with every key or "
        "assume every role of the account."
    )
    remediation = (
        "Limit ssm:GetParameter*, secretsmanager:GetSecretValue, kms:Decrypt and sts:AssumeRole to a path, key or role."
    )
    references = ("cloudsplaining CredentialsExposure", "cloudsplaining DataExfiltration", "CKV_AWS_287", "CKV_AWS_288")
    documents = IDENTITY
    passing = (
        Example(
            title="every key, for the parameters of one environment",
            resources=role_policy(
                {
                    "Action": "kms:Decrypt",
                    "Resource": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/*",
                    "Condition": {
                        "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": f"{_PARAMETERS}/airflow/dev/*"}
                    },
                }
            ),
        ),
        Example(
            title="every key with an alias of the platform",
            resources=role_policy(
                {
                    "Action": "kms:Decrypt",
                    "Resource": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/*",
                    "Condition": {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/airflow-*"}},
                }
            ),
        ),
        Example(
            title="the parameters of one environment",
            resources=role_policy({"Action": "ssm:GetParameters", "Resource": f"{_PARAMETERS}/airflow/dev/*"}),
        ),
        Example(
            title="an action without resource-level permissions",
            resources=role_policy({"Action": "ecr:GetAuthorizationToken", "Resource": "*"}),
        ),
    )
    failing = (
        Example(
            title="every key, through every service",
            resources=role_policy(
                {
                    "Action": "kms:Decrypt",
                    "Resource": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/*",
                    "Condition": {"StringLike": {"kms:ViaService": "*.eu-central-1.amazonaws.com"}},
                }
            ),
        ),
        Example(
            title="every parameter",
            resources=role_policy({"Action": "ssm:GetParameter*", "Resource": f"{_PARAMETERS}/*"}),
        ),
        Example(title="every key", resources=role_policy({"Action": "kms:Decrypt", "Resource": "*"})),
        Example(
            title="every role",
            resources=role_policy({"Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/*"}),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Find such actions on every resource of a type."""
        wide = [resource for resource in statement.resources if _is_unlimited(resource)] if statement.allows else []
        limited = _limits_keys(statement)
        actions = [
            action
            for pattern in statement.actions
            for action in known_actions(pattern)
            if _returns_secrets(action) and not (limited and action.startswith("kms:"))
        ]
        if wide and actions:
            yield f"allows {', '.join(actions[:3])} on {wide[0]}"


def _returns_secrets(action: str) -> bool:
    return action == "*" or (action in CREDENTIAL_RETURNING and can_be_scoped(action))


def _limits_keys(statement: Statement) -> bool:
    """Whether a condition limits what a key decrypts: one encryption context, listed services, or keys by alias.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    contexts = [key for by_key in statement.conditions.values() for key in by_key if key.startswith(_CONTEXT)]
    values = statement.condition("kms:ViaService", "kms:ResourceAliases", *contexts)
    return bool(values) and not any(value.removeprefix("alias/").startswith(("*", "?")) for value in values)


_CONTEXT = "kms:encryptioncontext:"


def _is_unlimited(resource: str) -> bool:
    """Whether an ARN names no specific resource: `*`, `arn:aws:ssm:*:*:parameter/*`, `key/*`."""
    last = resource.split(":", 5)[-1]
    kind, _, name = last.partition("/")
    return not (name or kind).replace("secret:", "").strip("*/?") and "*" in resource


rule = CredentialsExposure()
