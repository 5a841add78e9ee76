"""AF_IAM_5: permissions are named, not everything but some."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.documents import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import role_policy
from terraform_gate.rules.shared.statement_rule import ALL, StatementRule

_LOGS = "arn:aws:s3:::airflow-logs/*"


class NotStatement(StatementRule):
    """NotAction, NotResource and NotPrincipal in an Allow."""

    id = "AF_IAM_5"
    title = "No Allow statement uses NotAction, NotResource or NotPrincipal"
    severity = Severity.HIGH
    why = "It allows all that is not mentioned: every other service, bucket and account of the world."
    remediation = "Name what is allowed; keep the negative forms for Deny."
    references = ()
    documents = ALL
    passing = (
        Example(title="named actions", resources=role_policy({"Action": "s3:GetObject", "Resource": _LOGS})),
        Example(
            title="NotAction in a Deny",
            resources=role_policy({"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": _LOGS}),
        ),
    )
    failing = (
        Example(title="NotAction", resources=role_policy({"NotAction": "iam:*", "Resource": _LOGS})),
        Example(title="NotResource", resources=role_policy({"Action": "s3:GetObject", "NotResource": _LOGS})),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Look for the negative forms."""
        if statement.allows:
            negative = {
                "NotAction": statement.not_actions,
                "NotResource": statement.not_resources,
                "NotPrincipal": statement.not_principals,
            }
            yield from (f"{name} in an Allow" for name, given in negative.items() if given)


rule = NotStatement()
