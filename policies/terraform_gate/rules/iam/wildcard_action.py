"""AF_IAM_3: no Allow statement allows all actions of a service."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, StatementRule

_LOGS = "arn:aws:s3:::airflow-logs/*"


class WildcardAction(StatementRule):
    """Allow statements for `*`, `s3:*` and equivalent patterns."""

    id = "AF_IAM_3"
    title = "No Allow statement allows all actions, or all actions of one service"
    severity = Severity.HIGH
    why = "Such a statement allows every destructive action, and every action that AWS adds to the service later."
    remediation = "List the actions in use; use at most a verb prefix such as s3:Get*."
    references = (
        "FSBP IAM.1",
        "FSBP IAM.21",
        "cdk-nag AwsSolutions-IAM5",
        "trivy AVD-AWS-0057",
        "cloudsplaining ServiceWildcard",
        "Prowler iam_customer_attached_policy_no_administrative_privileges",
    )
    documents = IDENTITY
    passing = (
        Example(
            title="specific actions", resources=role_policy({"Action": ["s3:GetObject", "s3:List*"], "Resource": _LOGS})
        ),
        Example(
            title="a Deny of all actions", resources=role_policy({"Effect": "Deny", "Action": "*", "Resource": "*"})
        ),
    )
    failing = (
        Example(title="all actions", resources=role_policy({"Action": "*", "Resource": _LOGS})),
        Example(title="all actions of a service", resources=role_policy({"Action": ["s3:*"], "Resource": _LOGS})),
        Example(
            title="all actions of a service, with a question mark",
            resources=role_policy({"Action": "s3:?*", "Resource": _LOGS}),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Find action names that consist of wildcards only."""
        for action in statement.actions if statement.allows else ():
            if not action.rpartition(":")[2].strip("*?"):
                yield f"allows {action}"


rule = WildcardAction()
