"""The role of RDS enhanced monitoring."""

from __future__ import annotations

from constructs import Construct

from modules.core.grants import Role, RoleSettings, statement


def monitoring_role(scope: Construct, name: str, roles: RoleSettings) -> Role:
    """Create the role of the monitoring agent, which writes to the log group RDSOSMetrics of the account.

    Args:
        scope: the database.
        name: identifier of the instance.
        roles: account, region, path and permissions boundary of the role.
    """
    role = Role(
        scope,
        "monitoring-role",
        name=f"{name}-database-monitoring",
        service="monitoring.rds.amazonaws.com",
        purpose="Enhanced monitoring of the metadata database",
        settings=roles,
    )
    group = f"arn:aws:logs:{roles.region}:{roles.account_id}:log-group:RDS*"
    role.grant(
        "write-metrics",
        statement("logs:CreateLogGroup", "logs:PutRetentionPolicy", on=[group]),
        statement(
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
            on=[f"{group}:log-stream:*"],
        ),
    )
    return role
