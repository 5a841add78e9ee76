"""Roles with policies, and the paths of escalation that the graph of principals finds."""

from __future__ import annotations

from typing import Any

from terraform_gate.iam.escalation import PrincipalGraph
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

from tests.policies.iam.workers import RUN


def paths(*parts: Resources, of: str = "worker") -> dict[str, str]:
    """Return technique -> path of the role ``of``."""
    graph = PrincipalGraph(configuration_from(merge(trust(ECS_TASKS), *parts)))
    identity = next(item for item in graph.identities if item.resource.name == of)
    return {found.technique.name: " -> ".join(found.path) for found in graph.escalations(identity)}


def inline(*statements: dict[str, Any], role: str = "worker") -> Resources:
    """One inline policy for each statement, so that no single document reveals the path."""
    return {
        "aws_iam_role_policy": {
            f"{role}{number}": {"role": f"${{aws_iam_role.{role}.name}}", "policy": policy(statement)}
            for number, statement in enumerate(statements)
        }
    }


def role(name: str, principal: Any = ECS_TASKS, **arguments: Any) -> Resources:
    """Return a role that ``principal`` may assume."""
    body = trust(principal)["aws_iam_role"]["worker"]
    return {"aws_iam_role": {name: {**body, "name": name, **arguments}}}


def arn(name: str) -> str:
    """Return the ARN of a role of the account."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


ADMIN = inline({"Action": "s3:*", "Resource": "*"}, role="admin")
RUN_AS_ADMIN: list[dict[str, Any]] = [RUN, {"Action": "iam:PassRole", "Resource": arn("admin")}]
BELOW = f"arn:aws:iam::{ACCOUNT}:role/airflow/*"
NEW_ROLE = "create a role with any permission"
