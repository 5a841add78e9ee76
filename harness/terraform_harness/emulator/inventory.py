"""Lists the resources of an account, so that a test can name what a destroy has left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_harness.verification.check import Aws

Keep = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list call of boto3.

    Attributes:
        service: The service, for instance ``ec2``.
        call: The method of its client.
        path: The key of the items in the response.
        name: The key of an item's name; empty when the item is the name.
        arguments: Arguments of the call.
        keep: Selects the items that count; deleted items are still listed for a while.
    """

    service: str
    call: str
    path: str
    name: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    keep: Keep = lambda _: True


def _listing(
    service: str, call: str, path: str, name: str = "", keep: Keep = lambda _: True, **arguments: Any
) -> Listing:
    return Listing(service=service, call=call, path=path, name=name, keep=keep, arguments=arguments)


AWS_ALIAS = "alias/aws/"
DELETED = ("deleted", "deleting")


def _is_kept(item: Any) -> bool:
    return item["State"] not in DELETED


LISTINGS: tuple[Listing, ...] = (
    _listing("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    _listing("ec2", "describe_subnets", "Subnets", "SubnetId"),
    _listing("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    _listing("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    _listing("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId", _is_kept),
    _listing("ec2", "describe_addresses", "Addresses", "AllocationId"),
    _listing("ec2", "describe_network_acls", "NetworkAcls", "NetworkAclId"),
    _listing("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    _listing("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", _is_kept),
    _listing("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
    _listing("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    _listing("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    _listing("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    _listing("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    _listing("rds", "describe_db_proxies", "DBProxies", "DBProxyName"),
    _listing("elasticache", "describe_replication_groups", "ReplicationGroups", "ReplicationGroupId"),
    _listing("elasticache", "describe_cache_subnet_groups", "CacheSubnetGroups", "CacheSubnetGroupName"),
    _listing("elasticache", "describe_cache_parameter_groups", "CacheParameterGroups", "CacheParameterGroupName"),
    _listing("ssm", "describe_parameters", "Parameters", "Name"),
    _listing("secretsmanager", "list_secrets", "SecretList", "Name"),
    _listing("kms", "list_aliases", "Aliases", "AliasName", lambda item: not item["AliasName"].startswith(AWS_ALIAS)),
    _listing("s3", "list_buckets", "Buckets", "Name"),
    _listing("ecr", "describe_repositories", "repositories", "repositoryName"),
    _listing("logs", "describe_log_groups", "logGroups", "logGroupName"),
    _listing("logs", "describe_query_definitions", "queryDefinitions", "name"),
    _listing("ecs", "list_clusters", "clusterArns"),
    _listing("ecs", "list_task_definitions", "taskDefinitionArns", status="ACTIVE"),
    _listing("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    _listing("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    _listing("wafv2", "list_web_acls", "WebACLs", "Name", Scope="REGIONAL"),
    _listing(
        "application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId", ServiceNamespace="ecs"
    ),
    _listing("scheduler", "list_schedules", "Schedules", "Name"),
    _listing("scheduler", "list_schedule_groups", "ScheduleGroups", "Name"),
    _listing("events", "list_rules", "Rules", "Name"),
    _listing("sns", "list_topics", "Topics", "TopicArn"),
    _listing("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    _listing("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    _listing("servicediscovery", "list_namespaces", "Namespaces", "Name"),
    _listing("servicediscovery", "list_services", "Services", "Name"),
    _listing("route53", "list_hosted_zones", "HostedZones", "Name"),
    _listing("acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    _listing("iam", "list_roles", "Roles", "RoleName"),
    _listing("iam", "list_policies", "Policies", "PolicyName", Scope="Local"),
    _listing("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn"),
)


def inventory(aws: Aws) -> frozenset[str]:
    """Return every resource of the account as ``service: type: name``, for instance ``s3: Buckets: logs``."""
    return frozenset(line for listing in LISTINGS for line in _list(aws.client(listing.service), listing))


def _list(client: Any, listing: Listing) -> list[str]:
    items = getattr(client, listing.call)(**listing.arguments).get(listing.path) or ()
    kept = (item for item in items if listing.keep(item))
    return [f"{listing.service}: {listing.path}: {item[listing.name] if listing.name else item}" for item in kept]
