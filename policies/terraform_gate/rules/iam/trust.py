"""AF_IAM_8: who may become a role is named."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.documents import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, trust
from terraform_gate.rules.shared.statement_rule import TRUST, StatementRule

_SOMEBODY = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}
_IDENTIFYING = ("aws:principalarn", "aws:principalorgid", "aws:principalaccount")
"""Keys about who calls. aws:SourceAccount says for whom a service calls, and leaves the service open."""


class OpenTrust(StatementRule):
    """Trust in everybody."""

    id = "AF_IAM_8"
    title = "A role trusts principals that it names"
    severity = Severity.CRITICAL
    why = "A role that trusts `*` can be assumed from every AWS account of the world."
    remediation = "Name the service, the role or the account in Principal."
    references = ("CKV_AWS_60", "CKV_AWS_61")
    documents = TRUST
    passing = (
        Example(title="a service", resources=trust(ECS_TASKS)),
        Example(title="one role", resources=trust(_SOMEBODY)),
        Example(
            title="everybody of one organization",
            resources=trust("*", condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        ),
    )
    failing = (
        Example(title="everybody", resources=trust("*")),
        Example(title="every account", resources=trust({"AWS": "*"})),
        Example(title="everybody but one", resources=trust(None, NotPrincipal=_SOMEBODY)),
        Example(
            title="everybody who sends some condition",
            resources=trust({"AWS": "*"}, condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        ),
        Example(
            title="everybody whom a pattern fits",
            resources=trust({"AWS": "*"}, condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}),
        ),
        Example(
            title="every service that acts for one account",
            resources=trust("*", condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Look for principals that are everybody."""
        if not statement.allows:
            return
        if statement.not_principals:
            yield "NotPrincipal trusts everybody else"
        if not statement.is_narrowed_by(*_IDENTIFYING):
            for kind, values in statement.principals.items():
                yield from (f"trusts {kind} {value}" for value in values if "*" in value or "?" in value)


rule = OpenTrust()
