"""AF_IAM_7: no principal can escalate its privileges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.escalation import PrincipalGraph
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import Resources, merge

_TASKS = f"arn:aws:ecs:eu-central-1:{ACCOUNT}:task-definition/airflow-*"
_CONTROL = {"Action": "s3:DeleteBucket", "Resource": "arn:aws:s3:::airflow-logs"}
_BELOW = f"arn:aws:iam::{ACCOUNT}:role/airflow/*"
_BOUNDED = {"StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/limits"}}
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/airflow/worker-task"


def _granted(**policies: dict[str, object]) -> Resources:
    inline = {
        name: {"name": name, "role": "${aws_iam_role.worker.id}", "policy": policy(statement)}
        for name, statement in policies.items()
    }
    return merge(trust(ECS_TASKS), {"aws_iam_role_policy": inline})


def _with_role(*, hand_over: Mapping[str, object], **arguments: object) -> Resources:
    """A worker that starts tasks, and the role `control` of a task, which may do more."""
    worker = _granted(
        run={"Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"], "Resource": _TASKS},
        hand_over={"Action": "iam:PassRole", **hand_over},
    )
    worker["aws_iam_role"]["worker"] |= arguments
    role = {**trust(ECS_TASKS)["aws_iam_role"]["worker"], "name": "control"}
    inline = {"name": "control", "role": "${aws_iam_role.control.id}", "policy": policy(_CONTROL)}
    return merge(worker, {"aws_iam_role": {"control": role}, "aws_iam_role_policy": {"control": inline}})


class PrivilegeEscalation(Rule):
    """Paths to permissions that a principal does not hold: changed policies, other principals, roles of services."""

    id = "AF_IAM_7"
    title = "No principal can escalate its privileges"
    severity = Severity.CRITICAL
    why = (
        "Two permissions that are harmless alone, such as iam:PassRole and ecs:RunTask, let a principal that "
        "has both run code with another role."
    )
    remediation = (
        "Limit the decisive action (iam:PassRole, ecs:ExecuteCommand, iam:Put*Policy, ...) to specific resources "
        "that have no more permissions than the principal, or require a permissions boundary (iam:PermissionsBoundary)."
    )
    references = (
        "cloudsplaining PrivilegeEscalation",
        "Prowler iam_policy_allows_privilege_escalation",
        "CKV_AWS_286",
    )
    resource_types = ("aws_iam_role", "aws_iam_user", "aws_iam_group")
    passing = (
        Example(
            title="creates roles below a path with a required permissions boundary",
            resources=_granted(
                make={"Action": ["iam:CreateRole", "iam:PutRolePolicy"], "Resource": _BELOW, "Condition": _BOUNDED}
            ),
        ),
        Example(
            title="runs tasks under one specific role",
            resources=_granted(
                run={"Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"], "Resource": _TASKS},
                hand_over={"Action": "iam:PassRole", "Resource": _ROLE},
            ),
        ),
        Example(
            title="passes a role that may do more, to a service that cannot assume it",
            resources=_with_role(
                hand_over={
                    "Resource": f"arn:aws:iam::{ACCOUNT}:role/control",
                    "Condition": {"StringEquals": {"iam:PassedToService": "rds.amazonaws.com"}},
                },
            ),
        ),
        Example(
            title="a permissions boundary that does not allow iam:PassRole",
            resources=_with_role(
                hand_over={"Resource": "*"}, permissions_boundary="arn:aws:iam::aws:policy/ReadOnlyAccess"
            ),
        ),
    )
    failing = (
        Example(
            title="creates roles below a path without a permissions boundary",
            resources=_granted(
                make={"Action": "iam:CreateRole", "Resource": _BELOW}, fill={"Action": "iam:Put*", "Resource": _BELOW}
            ),
        ),
        Example(
            title="runs tasks with one role that may do more",
            resources=_with_role(hand_over={"Resource": f"arn:aws:iam::{ACCOUNT}:role/control"}),
        ),
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
        """Search the paths of every principal over the union of its policies."""
        graph = PrincipalGraph(configuration)
        for identity in graph.identities:
            paths = list(graph.escalations(identity))
            yield from (Finding.fail(identity.resource, str(path)) for path in paths)
            if not paths:
                unknown = "; ".join(identity.principal.unknown)
                yield Finding.unknown(identity.resource, unknown) if unknown else Finding.pass_(identity.resource)


rule = PrivilegeEscalation()
