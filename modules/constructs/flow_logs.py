"""VPC flow logs."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from modules.core.grants import Role, RoleSettings, statement


class FlowLogs(Construct):
    """VPC flow logs of all traffic in an encrypted log group, aggregated over one minute.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the IAM role's name.
        vpc_id: VPC whose traffic is logged.
        log_group_name: name of the log group.
        key_arn: KMS key of the log group.
        retention_days: retention in days, a value that CloudWatch Logs allows.
        roles: settings of the IAM role that writes the log.

    Example:
        >>> logs = FlowLogs(stack, "flow-logs", name="airflow-prod", vpc_id="vpc-01", key_arn=key_arn, roles=roles,
        ...                 log_group_name="/airflow/prod/flow-logs", retention_days=90)
        >>> resource("aws_flow_log.flow_logs")["traffic_type"]
        'ALL'
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
