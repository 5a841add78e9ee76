"""The permissions boundary of the roles that the deploy role creates: the most that a role of an environment can do."""

from __future__ import annotations

from typing import Any

from environments.facts.ci_roles import ci_path
from environments.facts.teams import WORKER_USER
from modules.core.database_reference import USER
from modules.core.grants import RoleSettings, statement


def boundary_name(name: str) -> str:
    """Return the name of the boundary for roles of environments with the prefix ``name``."""
    return f"{name}-boundary"


def boundary_arn(name: str, *, account_id: str, path: str) -> str:
    """Return the ARN of the boundary.

    >>> boundary_arn("airflow", account_id="111111111111", path="/airflow/")
    'arn:aws:iam::111111111111:policy/airflow-ci/airflow-boundary'
    """
    return f"arn:aws:iam::{account_id}:policy{ci_path(path)}{boundary_name(name)}"


def boundary_statements(name: str, roles: RoleSettings) -> list[dict[str, Any]]:
    """Return the statements of the boundary. It permits no change of IAM, of state or of the CI roles.

    Args:
        name: prefix of the names of all resources.
        roles: account, region and path of the environments' roles.
    """
    account, here = roles.account_id, f"{roles.region}:{roles.account_id}"
    logs = [f"arn:aws:logs:{here}:log-group:/{name}/*", f"arn:aws:logs:{here}:log-group:RDS*"]
    return [
        statement(
            "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents",
            "logs:PutLogEvents", "logs:PutRetentionPolicy",
            on=logs,
        ),
        statement("s3:GetObject", "s3:ListBucket", "s3:PutObject", on=[f"arn:aws:s3:::{name}-*-task-logs-{account}*"]),
        statement("s3:GetObject", "s3:ListBucket", on=[f"arn:aws:s3:::{name}-*-dags-{account}*"]),
        statement(
            "rds-db:connect", on=[f"arn:aws:rds-db:{here}:dbuser:*/{user}" for user in (USER, f"{WORKER_USER}*")]
        ),
        statement(
            "elasticache:Connect",
            on=[f"arn:aws:elasticache:{here}:replicationgroup:{name}-*", f"arn:aws:elasticache:{here}:user:{name}-*"],
        ),
        statement("ssm:GetParameter", "ssm:GetParameters", on=[f"arn:aws:ssm:{here}:parameter/{name}/*"]),
        statement("secretsmanager:GetSecretValue", on=[f"arn:aws:secretsmanager:{here}:secret:{name}-*"]),
        # The keys of the environments; the key of the states has an alias with one hyphen.
        statement(
            "kms:Decrypt", "kms:GenerateDataKey",
            on=[f"arn:aws:kms:{here}:key/*"],
            conditions={"ForAnyValue:StringLike": {"kms:ResourceAliases": f"alias/{name}-*-*"}},
        ),
        statement(
            "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
            on=[f"arn:aws:ecr:{here}:repository/{name}-*"],
        ),
        statement(
            "ecs:DescribeServices", "ecs:DescribeTasks", "ecs:GetTaskProtection", "ecs:RunTask", "ecs:StopTask",
            "ecs:TagResource", "ecs:UpdateTaskProtection",
            on=[
                f"arn:aws:ecs:{here}:service/{name}-*/*",
                f"arn:aws:ecs:{here}:task/{name}-*/*",
                f"arn:aws:ecs:{here}:task-definition/{name}-*",
            ],
        ),
        statement("rds:StartDBInstance", "rds:StopDBInstance", on=[f"arn:aws:rds:{here}:db:{name}-*"]),
        statement(
            "iam:PassRole",
            on=[f"arn:aws:iam::{account}:role{roles.path}*"],
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        # None of these actions supports resources; the namespace is the limit of PutMetricData.
        statement(
            "ecr:GetAuthorizationToken", "logs:DescribeLogGroups",
            "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
            on=["*"],
        ),
        statement(
            "cloudwatch:PutMetricData", on=["*"], conditions={"StringLike": {"cloudwatch:namespace": "Airflow*"}}
        ),
    ]  # fmt: skip
