"""The size of the inline policies that DAGs add to the roles of a service, in characters as IAM counts them."""

from __future__ import annotations

import json

from environments.sections.dag_access import DagAccess, Policy

BASE_TASK_ROLE, BASE_EXECUTION_ROLE = 2_000, 3_500
"""Upper bounds of what the stacks grant themselves (measured on synthesized JSON: 1,250 and 2,600)."""
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":,"Resource":}]}'
SECRET_GRANT = 330
"""Characters of the grant for one secret without its ARN, which the grant contains twice."""
PARAMETER_ARN = "arn:aws:ssm:ap-southeast-1:111111111111:parameter"


def task_role_characters(access: DagAccess) -> int:
    """Characters of the inline policies of a task role: the statements of ``policies``."""
    return BASE_TASK_ROLE + sum(_statement(policy) for policy in access.policies if not policy.arn)


def execution_role_characters(access: DagAccess) -> int:
    """Characters of the inline policies of an execution role: the grants for ``secrets``."""
    arns = (len(PARAMETER_ARN) + len(parameter.split(":parameter")[-1]) for parameter in access.secrets.values())
    return BASE_EXECUTION_ROLE + sum(SECRET_GRANT + 2 * arn for arn in arns)


def _statement(policy: Policy) -> int:
    parts = (policy.actions, policy.resources, policy.conditions)
    return len(POLICY) + sum(len("".join(json.dumps(part).split())) for part in parts)
