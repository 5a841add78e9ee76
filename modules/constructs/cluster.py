"""The ECS cluster and the private DNS namespace of its services."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import EcsClusterCapacityProviders
from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace
from constructs import Construct

from modules.core.grants import statement
from modules.core.task import Client


@dataclass(frozen=True)
class ExecAudit:
    """The permissions of ECS Exec with recorded sessions.

    Args:
        log_group_arn: log group of the recordings.
        key_arn: KMS key of the sessions and the recordings.
    """

    log_group_arn: str
    key_arn: str

    def serve(self, client: Client) -> None:
        """Allow ``client`` to open session channels, which cannot be limited to a resource, and to write recordings."""
        client.task_role.grant(
            "ecs-exec",
            statement(
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
                on=["*"],
            ),
            statement("logs:DescribeLogGroups", on=["*"]),
            statement(
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
                on=[self.log_group_arn, f"{self.log_group_arn}:log-stream:*"],
            ),
            statement("kms:Decrypt", on=[self.key_arn]),
        )


class Cluster(Construct):
    """A Fargate cluster with Container Insights, recorded ECS Exec sessions and a private DNS namespace.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the cluster.
        vpc_id: VPC of the namespace.
        domain: private DNS domain of the components.
        key_arn: KMS key of ECS Exec sessions and their log group.
        exec_log_group_name: log group that records ECS Exec sessions.
        log_retention_days: retention in days, a value that CloudWatch Logs allows.

    Example:
        >>> cluster = Cluster(stack, "cluster", name="airflow-prod", vpc_id="vpc-01", domain="prod.airflow.internal",
        ...                   key_arn=key_arn, exec_log_group_name="/airflow/prod/exec")
        >>> resource("aws_ecs_cluster.cluster")["setting"]
        [{'name': 'containerInsights', 'value': 'enabled'}]
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        vpc_id: str,
        domain: str,
        key_arn: str,
        exec_log_group_name: str,
        log_retention_days: int = 90,
    ) -> None:
        super().__init__(scope, id_)
        group = CloudwatchLogGroup(
            self, "exec-log-group", name=exec_log_group_name, retention_in_days=log_retention_days, kms_key_id=key_arn
        )
        insights = CloudwatchLogGroup(
            self,
            "insights-log-group",
            name=f"/aws/ecs/containerinsights/{name}/performance",
            retention_in_days=log_retention_days,
            kms_key_id=key_arn,
        )
        cluster = EcsCluster(
            self,
            "Resource",
            name=name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
            configuration=EcsClusterConfiguration(execute_command_configuration=_recorded(group.name, key_arn)),
            depends_on=[insights],  # Container Insights would create it without retention and key
        )
        self.capacity_providers = EcsClusterCapacityProviders(
            self, "capacity", cluster_name=cluster.name, capacity_providers=["FARGATE", "FARGATE_SPOT"]
        )
        namespace = ServiceDiscoveryPrivateDnsNamespace(
            self, "names", name=domain, vpc=vpc_id, description=f"Internal names of {name}"
        )
        self.name, self.domain = name, domain
        self.arn: str = cluster.arn
        self.namespace_id: str = namespace.id
        self.exec_audit = ExecAudit(log_group_arn=group.arn, key_arn=key_arn)


def _recorded(log_group: str, key_arn: str) -> EcsClusterConfigurationExecuteCommandConfiguration:
    return EcsClusterConfigurationExecuteCommandConfiguration(
        kms_key_id=key_arn,
        logging="OVERRIDE",
        log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
            cloud_watch_encryption_enabled=True, cloud_watch_log_group_name=log_group
        ),
    )
