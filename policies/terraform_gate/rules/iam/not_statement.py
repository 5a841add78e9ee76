"""AF_IAM_5: no Allow statement uses NotAction, NotResource or NotPrincipal."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import role_policy
from terraform_gate.rules.shared.statement_rule import ALL, StatementRule

_LOGS = "arn:aws:s3:::airflow-logs/*"


class NegatedAllow(StatementRule):
    """NotAction, NotResource and NotPrincipal in Allow statements."""

    id = "AF_IAM_5"
    title = "No Allow statement uses NotAction, NotResource or NotPrincipal"
    severity = Severity.HIGH
    why = "Such a statement allows everything that it does not list: every other service, bucket or AWS account."
    remediation = "List what is allowed. Use the negated elements in Deny statements only."
    references = ()
    documents = ALL
    passing = (
        Example(title="specific actions", resources=role_policy({"Action": "s3:GetObject", "Resource": _LOGS})),
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
        """Find the negated elements."""
        if statement.allows:
            negative = {
                "NotAction": statement.not_actions,
                "NotResource": statement.not_resources,
                "NotPrincipal": statement.not_principals,
            }
            yield from (f"{name} in an Allow statement" for name, given in negative.items() if given)


rule = NegatedAllow()
