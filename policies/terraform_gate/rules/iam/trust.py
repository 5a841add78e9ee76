"""AF_IAM_8: every role trust policy names specific principals."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, trust
from terraform_gate.rules.shared.statement_rule import TRUST, StatementRule

_DEPLOY_ROLE = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/deploy"}
_IDENTIFYING = ("aws:principalarn", "aws:principalorgid", "aws:principalaccount")
"""Condition keys about the caller. aws:SourceAccount limits the account that a service acts for, not the caller."""


class OpenTrust(StatementRule):
    """Trust policies that allow every principal."""

    id = "AF_IAM_8"
    title = "Every role trusts specific principals only"
    severity = Severity.CRITICAL
    why = "A role that trusts `*` can be assumed from every AWS account."
    remediation = "Name the service, role or account in Principal."
    references = ("CKV_AWS_60", "CKV_AWS_61")
    documents = TRUST
    passing = (
        Example(title="a service", resources=trust(ECS_TASKS)),
        Example(title="one role", resources=trust(_DEPLOY_ROLE)),
        Example(
            title="every principal of one organization",
            resources=trust("*", condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        ),
    )
    failing = (
        Example(title="every principal", resources=trust("*")),
        Example(title="every account", resources=trust({"AWS": "*"})),
        Example(title="NotPrincipal", resources=trust(None, NotPrincipal=_DEPLOY_ROLE)),
        Example(
            title="an IfExists condition",
            resources=trust({"AWS": "*"}, condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        ),
        Example(
            title="a principal ARN pattern for any account",
            resources=trust({"AWS": "*"}, condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}),
        ),
        Example(
            title="every service that acts for one account",
            resources=trust("*", condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Find wildcard principals in a stack that does not state its account."""
        return self.violations_in(statement, frozenset())

    def violations_in(self, statement: Statement, accounts: frozenset[str]) -> Iterator[str]:
        """Find wildcard principals."""
        if not statement.allows:
            return
        if statement.not_principals:
            yield "NotPrincipal trusts every other principal"
        if not statement.is_narrowed_by(*_IDENTIFYING, accounts=accounts):
            for kind, values in statement.principals.items():
                yield from (f"trusts {kind} {value}" for value in values if "*" in value or "?" in value)


rule = OpenTrust()
