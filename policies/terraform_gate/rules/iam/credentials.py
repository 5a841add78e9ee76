"""AF_IAM_11: credentials and secrets are read by name."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.actions import CREDENTIAL_RETURNING, can_be_scoped, known_actions
from terraform_gate.iam.documents import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, StatementRule

_PARAMETERS = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter"


class CredentialsExposure(StatementRule):
    """Actions that give credentials or secrets away, on more than what is named."""

    id = "AF_IAM_11"
    title = "Actions that return credentials or secrets name whose"
    severity = Severity.CRITICAL
    why = "One compromised task reads every parameter, decrypts with every key or becomes every role of the account."
    remediation = (
        "Limit ssm:GetParameter*, secretsmanager:GetSecretValue, kms:Decrypt, sts:AssumeRole to a path, key or role."
    )
    references = ("cloudsplaining CredentialsExposure", "cloudsplaining DataExfiltration", "CKV_AWS_287", "CKV_AWS_288")
    documents = IDENTITY
    passing = (
        Example(
            title="the parameters of one environment",
            resources=role_policy({"Action": "ssm:GetParameters", "Resource": f"{_PARAMETERS}/airflow/dev/*"}),
        ),
        Example(
            title="an action that takes no resource",
            resources=role_policy({"Action": "ecr:GetAuthorizationToken", "Resource": "*"}),
        ),
    )
    failing = (
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
        """Look for such actions on everything of a kind."""
        wide = [resource for resource in statement.resources if _names_nothing(resource)] if statement.allows else []
        actions = [action for pattern in statement.actions for action in known_actions(pattern) if _gives_away(action)]
        if wide and actions:
            yield f"{', '.join(actions[:3])} on {wide[0]}"


def _gives_away(action: str) -> bool:
    return action == "*" or (action in CREDENTIAL_RETURNING and can_be_scoped(action))


def _names_nothing(resource: str) -> bool:
    """Tell `*`, `arn:aws:ssm:*:*:parameter/*` and `key/*` from an ARN that names something."""
    last = resource.split(":", 5)[-1]
    kind, _, name = last.partition("/")
    return not (name or kind).replace("secret:", "").strip("*/?") and "*" in resource


rule = CredentialsExposure()
