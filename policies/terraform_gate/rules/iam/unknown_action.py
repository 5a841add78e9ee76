"""AF_IAM_2: every action in a policy exists."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.actions import known_actions
from terraform_gate.iam.statement import Statement
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, StatementRule

_LOGS = "arn:aws:s3:::airflow-logs/*"


class UnknownAction(StatementRule):
    """Actions that are not in the Service Authorization Reference."""

    id = "AF_IAM_2"
    title = "Every action in an IAM policy exists"
    severity = Severity.MEDIUM
    why = "A misspelled action in an Allow breaks the application at run time; in a Deny it denies nothing."
    remediation = "Take the action name from the Service Authorization Reference."
    references = ("parliament UNKNOWN_ACTION", "parliament UNKNOWN_PREFIX")
    documents = IDENTITY
    passing = (
        Example(
            title="an action and a matching wildcard",
            resources=role_policy({"Action": ["s3:GetObject", "s3:List*"], "Resource": _LOGS}),
        ),
    )
    failing = (
        Example(title="a misspelled action", resources=role_policy({"Action": "s3:GetObjects", "Resource": _LOGS})),
        Example(
            title="a service prefix that does not exist",
            resources=role_policy({"Action": "ecss:RunTask", "Resource": _LOGS}),
        ),
        Example(
            title="a misspelled Deny",
            resources=role_policy({"Effect": "Deny", "Action": "iam:PassRoles", "Resource": "*"}),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Look every action up."""
        for action in (*statement.actions, *statement.not_actions):
            if action != "*" and is_known(action) and not known_actions(action):
                yield f"the action {action} does not exist"

    def unknown(self, statement: Statement) -> Iterator[str]:
        """Find actions that are not known before the apply."""
        named = (*statement.actions, *statement.not_actions)
        yield from (f"the action {action} is not known before the apply" for action in named if not is_known(action))


rule = UnknownAction()
