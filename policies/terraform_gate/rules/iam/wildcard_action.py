"""AF_IAM_3: no statement allows whatever there is."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.documents import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, StatementRule

_LOGS = "arn:aws:s3:::airflow-logs/*"


class WildcardAction(StatementRule):
    """`*`, `s3:*` and their disguises."""

    id = "AF_IAM_3"
    title = "No Allow statement names all actions, or all of a service"
    severity = Severity.HIGH
    why = "It grants what the service will be able to do next year, and deleting everything today."
    remediation = "Name the actions that are used; a prefix such as s3:Get* at most."
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
            title="named actions", resources=role_policy({"Action": ["s3:GetObject", "s3:List*"], "Resource": _LOGS})
        ),
        Example(
            title="a Deny of everything", resources=role_policy({"Effect": "Deny", "Action": "*", "Resource": "*"})
        ),
    )
    failing = (
        Example(title="every action", resources=role_policy({"Action": "*", "Resource": _LOGS})),
        Example(title="a whole service", resources=role_policy({"Action": ["s3:*"], "Resource": _LOGS})),
        Example(title="a service by question marks", resources=role_policy({"Action": "s3:?*", "Resource": _LOGS})),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Look for an action name that is nothing but wildcards."""
        for action in statement.actions if statement.allows else ():
            if not action.rpartition(":")[2].strip("*?"):
                yield f"allows {action}"


rule = WildcardAction()
