"""AF_IAM_6: iam:PassRole is limited to specific roles and one service."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.decision.policy import covers
from terraform_gate.iam.statement import Statement
from terraform_gate.iam.technique import PASS_ROLE
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, role_policy
from terraform_gate.rules.shared.statement_rule import IDENTITY, StatementRule

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/airflow/worker-task"
_TO_ECS = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


class UnrestrictedPassRole(StatementRule):
    """iam:PassRole on wildcard roles or without iam:PassedToService."""

    id = "AF_IAM_6"
    title = "iam:PassRole is limited to specific roles and services"
    severity = Severity.CRITICAL
    why = (
        "A principal that can pass any role to a task, function or instance has the permissions of every "
        "role in the account."
    )
    remediation = "Resource: the ARNs of the roles. Condition: StringEquals on iam:PassedToService."
    references = ("Prowler iam_policy_allows_passrole_without_condition", "cloudsplaining PrivilegeEscalation")
    documents = IDENTITY
    passing = (
        Example(
            title="one role, one service",
            resources=role_policy({"Action": "iam:PassRole", "Resource": _ROLE, "Condition": _TO_ECS}),
        ),
    )
    failing = (
        Example(
            title="every role",
            resources=role_policy({"Action": "iam:PassRole", "Resource": "*", "Condition": _TO_ECS}),
        ),
        Example(
            title="every role, written as an ARN",
            resources=role_policy(
                {"Action": "iam:Pass*", "Resource": f"arn:aws:iam::{ACCOUNT}:role/*", "Condition": _TO_ECS}
            ),
        ),
        Example(title="any service", resources=role_policy({"Action": "iam:PassRole", "Resource": _ROLE})),
        Example(
            title="any service, through a wildcard condition",
            resources=role_policy(
                {
                    "Action": "iam:PassRole",
                    "Resource": _ROLE,
                    "Condition": {"StringLike": {"iam:PassedToService": "*"}},
                }
            ),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Check the roles and the condition."""
        if not statement.allows or not covers(statement, PASS_ROLE):
            return
        yield from (f"allows passing {resource}" for resource in statement.resources if is_wide(resource))
        services = statement.condition("iam:PassedToService", "iam:AssociatedResourceArn")
        if not services or any(service.startswith("*") for service in services):
            yield "allows passing roles to any service: no condition on iam:PassedToService"


def is_wide(resource: str) -> bool:
    """Return whether an ARN pattern covers every role: `*`, `arn:aws:iam::1:role/*`, `...:role*`."""
    last = resource.split(":", 5)[-1]
    return resource == "*" or ("*" in last and last.partition("*")[0].rstrip("/") in {"", "role"})


rule = UnrestrictedPassRole()
