"""Default quotas of an AWS account, each with its source. Regions and new accounts may have other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"
OVERRIDE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"
LOAD_BALANCER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html"
CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/cloudwatch_limits_cwl.html"
PARAMETERS = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
CLOUD_MAP = "https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html"
MEBI = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A limit of an account.

    Attributes:
        name: The key in ``Emulator(quotas={...})``.
        limit: The default.
        unit: What is counted.
        code: The error code of AWS.
        source: The page that documents the limit.
    """

    name: str
    limit: int
    unit: str
    code: str
    source: str


def _quota(name: str, limit: int, unit: str, code: str, source: str) -> Quota:
    return Quota(name=name, limit=limit, unit=unit, code=code, source=source)


QUOTAS: Mapping[str, Quota] = {
    quota.name: quota
    for quota in (
        _quota("vpcs", 5, "VPCs in a Region, the default VPC included", "VpcLimitExceeded", VPC),
        _quota("internet_gateways", 5, "internet gateways in a Region", "InternetGatewayLimitExceeded", VPC),
        _quota("elastic_ips", 5, "Elastic IP addresses in a Region", "AddressLimitExceeded", VPC),
        _quota("nat_gateways_per_zone", 5, "NAT gateways in an Availability Zone", "NatGatewayLimitExceeded", VPC),
        _quota("subnets_per_vpc", 200, "subnets in a VPC", "SubnetLimitExceeded", VPC),
        _quota("route_tables_per_vpc", 200, "route tables in a VPC", "RouteTableLimitExceeded", VPC),
        _quota("network_acls_per_vpc", 200, "network ACLs in a VPC", "NetworkAclLimitExceeded", VPC),
        _quota(
            "network_acl_rules", 20, "rules in one direction and IP version, the default deny included",
            "NetworkAclEntryLimitExceeded", VPC,
        ),
        _quota("security_groups", 2500, "security groups in a Region", "SecurityGroupLimitExceeded", VPC),
        _quota(
            "security_group_rules", 60, "rules of a security group in one direction and IP version",
            "RulesPerSecurityGroupLimitExceeded", VPC,
        ),
        _quota(
            "security_groups_per_interface", 5, "security groups of a network interface",
            "SecurityGroupsPerInterfaceLimitExceeded", VPC,
        ),
        _quota("interface_endpoints_per_vpc", 50, "interface endpoints", "VpcEndpointLimitExceeded", ENDPOINTS),
        _quota("gateway_endpoints", 20, "gateway endpoints in a Region", "VpcEndpointLimitExceeded", ENDPOINTS),
        _quota("endpoint_policy_size", 20_480, "characters of an endpoint's policy", "InvalidParameter", ENDPOINTS),
        _quota("role_inline_policies_size", 10_240, "characters of a role's inline policies", "LimitExceeded", IAM),
        _quota("managed_policy_size", 6_144, "characters of a managed policy", "LimitExceeded", IAM),
        _quota("role_trust_policy_size", 2_048, "characters of a role's trust policy", "LimitExceeded", IAM),
        _quota("managed_policies_per_role", 10, "managed policies of a role", "LimitExceeded", IAM),
        _quota("roles", 1_000, "roles of an account", "LimitExceeded", IAM),
        _quota("task_definition_size", 64 * MEBI, "bytes of a task definition", "ClientException", ECS),
        _quota("containers_per_task_definition", 10, "containers of a task definition", "ClientException", ECS),
        _quota("task_override_size", 8_192, "characters of a task's overrides", "InvalidParameterException", OVERRIDE),
        _quota(
            "subnets_per_awsvpc_configuration", 16, "subnets of an awsvpcConfiguration",
            "InvalidParameterException", ECS,
        ),
        _quota("tasks_per_run_task", 10, "tasks of one RunTask", "InvalidParameterException", ECS),
        _quota("target_groups_per_service", 5, "target groups of an ECS service", "InvalidParameterException", ECS),
        _quota("load_balancers", 50, "Application Load Balancers in a Region", "TooManyLoadBalancers", LOAD_BALANCER),
        _quota("target_groups", 3_000, "target groups in a Region", "TooManyTargetGroups", LOAD_BALANCER),
        _quota("db_instances", 40, "DB instances in a Region", "InstanceQuotaExceeded", RDS),
        _quota("db_parameter_groups", 50, "DB parameter groups in a Region", "DBParameterGroupQuotaExceeded", RDS),
        _quota("db_subnet_groups", 50, "DB subnet groups in a Region", "DBSubnetGroupQuotaExceeded", RDS),
        _quota("db_proxies", 20, "RDS proxies in a Region", "DBProxyQuotaExceededFault", RDS),
        _quota("alarms", 5_000, "alarms in a Region", "LimitExceeded", CLOUDWATCH),
        _quota("widgets_per_dashboard", 500, "widgets of a dashboard", "InvalidParameterInput", CLOUDWATCH),
        _quota("metrics_per_widget", 500, "metrics of a dashboard's widget", "InvalidParameterInput", CLOUDWATCH),
        _quota("metrics_per_dashboard", 2_500, "metrics of a dashboard", "InvalidParameterInput", CLOUDWATCH),
        _quota("query_log_groups", 50, "log groups of a saved query", "InvalidParameterException", LOGS),
        _quota("standard_parameter_size", 4 * MEBI, "bytes of a standard parameter", "ValidationException", PARAMETERS),
        _quota("namespaces", 50, "Cloud Map namespaces in a Region", "ResourceLimitExceeded", CLOUD_MAP),
    )
}  # fmt: skip


def limits(changes: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return the limit of every quota, with ``changes`` for an account that has other values; None: no limit.

    Raises:
        ValueError: A name is unknown, or a limit is negative.

    >>> limits({"vpcs": 20})["vpcs"]
    20
    """
    if unknown := sorted(changes.keys() - QUOTAS.keys()):
        raise ValueError(
            f"quotas: unknown {', '.join(map(repr, unknown))}; known: {', '.join(QUOTAS)}. Fix: use a known name"
        )
    for name, limit in changes.items():
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
            raise ValueError(
                f"quotas: {name}: expected a number of at least 0, or None (no limit), got {limit!r}. Fix: change it"
            )
    return {name: quota.limit for name, quota in QUOTAS.items()} | dict(changes)
