"""AF_IAM_7: no principal can escalate its privileges."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.escalation import escalations
from terraform_gate.iam.principals import principals_of
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import Resources, merge

_TASKS = f"arn:aws:ecs:eu-central-1:{ACCOUNT}:task-definition/airflow-*"
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/airflow/worker-task"


def _granted(**policies: dict[str, object]) -> Resources:
    inline = {
        name: {"name": name, "role": "${aws_iam_role.worker.id}", "policy": policy(statement)}
        for name, statement in policies.items()
    }
    return merge(trust(ECS_TASKS), {"aws_iam_role_policy": inline})


class PrivilegeEscalation(Rule):
    """Permissions that allow privilege escalation together, over all policies of a principal."""

    id = "AF_IAM_7"
    title = "No principal can escalate its privileges"
    severity = Severity.CRITICAL
    why = (
        "Two permissions that are harmless alone, such as iam:PassRole and ecs:RunTask, let a principal that "
        "has both run code with another role."
    )
    remediation = (
        "Limit the decisive action (iam:PassRole, ecs:ExecuteCommand, iam:Put*Policy, ...) to specific resources."
    )
    references = ("cloudsplaining PrivilegeEscalation", "Prowler iam_policy_allows_privilege_escalation", "CKV_AWS_286")
    resource_types = ("aws_iam_role", "aws_iam_user", "aws_iam_group")
    passing = (
        Example(
            title="runs tasks under one specific role",
            resources=_granted(
                run={"Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"], "Resource": _TASKS},
                hand_over={"Action": "iam:PassRole", "Resource": _ROLE},
            ),
        ),
    )
    failing = (
        Example(
            title="registers and runs tasks with any role, by two policies",
            resources=_granted(
                run={"Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"], "Resource": "*"},
                hand_over={"Action": "iam:PassRole", "Resource": "*"},
            ),
        ),
        Example(
            title="ECS Exec into every task of the account",
            resources=_granted(enter={"Action": "ecs:ExecuteCommand", "Resource": "*"}),
        ),
        Example(
            title="edits every customer-managed policy",
            resources=_granted(
                own={"Action": "iam:CreatePolicyVersion", "Resource": f"arn:aws:iam::{ACCOUNT}:policy/*"}
            ),
        ),
        Example(
            title="NotAction with a single exception",
            resources=_granted(most={"NotAction": "iam:CreateUser", "Resource": "*"}),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate every principal over the union of its policies."""
        for principal in principals_of(configuration):
            paths = list(escalations(principal))
            yield from (Finding.fail(principal.resource, str(path)) for path in paths)
            if not paths:
                unknown = "; ".join(principal.unknown)
                yield Finding.unknown(principal.resource, unknown) if unknown else Finding.pass_(principal.resource)


rule = PrivilegeEscalation()
