"""A record of who tried to connect to whom."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from modules.core.grants import Role, RoleSettings, statement


class FlowLogs(Construct):
    """VPC flow logs in an encrypted log group, one-minute aggregation.

    Args:
        retention_days: one of the values CloudWatch Logs offers.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        vpc_id: str,
        log_group_name: str,
        key_arn: str,
        retention_days: int,
        roles: RoleSettings,
    ) -> None:
        super().__init__(scope, id_)
        group = CloudwatchLogGroup(
            self, "log-group", name=log_group_name, retention_in_days=retention_days, kms_key_id=key_arn
        )
        role = Role(
            self,
            "writer",
            name=f"{name}-flow-logs",
            service="vpc-flow-logs.amazonaws.com",
            purpose="VPC flow logs write to their log group",
            settings=roles,
        )
        role.grant(
            "write-flow-logs",
            statement(
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
                on=[group.arn, f"{group.arn}:log-stream:*"],
            ),
        )
        FlowLog(
            self,
            "Resource",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            tags={"Name": name},
        )
