"""Where a request names its resources: the parameters for the placeholders of the reference's ARNs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from terraform_harness.emulator.validation.requests import Call

# prefix -> placeholder -> parameters. A placeholder that is not listed has the name of its parameter.
PARAMETERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cloudwatch": {"AlarmName": ("AlarmName", "AlarmNames"), "DashboardName": ("DashboardName", "DashboardNames")},
    "ec2": {
        "AllocationId": ("AllocationId", "AllocationIds"),
        "InternetGatewayId": ("InternetGatewayId", "GatewayId"),
        "NaclId": ("NetworkAclId", "NetworkAclIds"),
        "RouteTableId": ("RouteTableId", "AddRouteTableIds", "RouteTableIds"),
        "SecurityGroupId": ("GroupId", "SecurityGroupIds", "AddSecurityGroupIds"),
        "SecurityGroupRuleId": ("SecurityGroupRuleIds",),
        "SubnetId": ("SubnetId", "SubnetIds", "AddSubnetIds"),
        "VpcEndpointId": ("VpcEndpointId", "VpcEndpointIds"),
        "VpcFlowLogId": ("FlowLogIds",),
        "VpcId": ("VpcId", "VpcIds"),
    },
    "ecr": {"RepositoryName": ("repositoryName", "repositoryNames")},
    "ecs": {
        "ClusterName": ("cluster", "clusterName", "clusters"),
        "ServiceName": ("service", "serviceName", "services"),
        "TaskId": ("task", "tasks"),
    },
    "elasticache": {
        "SnapshotName": ("SnapshotName", "FinalSnapshotIdentifier"),
        "UserGroupId": ("UserGroupId", "UserGroupIds", "UserGroupIdsToAdd", "UserGroupIdsToRemove"),
        "UserId": ("UserId", "UserIds", "UserIdsToAdd", "UserIdsToRemove"),
    },
    "elasticloadbalancing": {"LoadBalancerName": ("Name", "Names"), "TargetGroupName": ("Name", "Names")},
    "events": {"RuleName": ("Name", "Rule")},
    "iam": {
        "GroupNameWithPath": ("GroupName",),
        "InstanceProfileNameWithPath": ("InstanceProfileName",),
        "UserNameWithPath": ("UserName",),
    },
    "kms": {"Alias": ("AliasName",)},
    "logs": {
        "DestinationName": ("destinationName",),
        "LogGroupName": ("logGroupName", "logGroupIdentifier"),
        "LogStreamName": ("logStreamName",),
    },
    "rds": {
        "DbInstanceName": ("DBInstanceIdentifier",),
        "DbProxyId": ("DBProxyName",),
        "OptionGroupName": ("OptionGroupName",),
        "ParameterGroupName": ("DBParameterGroupName",),
        "SecurityGroupName": ("DBSecurityGroupName",),
        "SnapshotName": ("DBSnapshotIdentifier", "FinalDBSnapshotIdentifier"),
        "SubnetGroupName": ("DBSubnetGroupName",),
        "TargetGroupId": ("TargetGroupName",),
    },
    "route53": {"Id": ("Id", "HostedZoneId")},
    "s3": {"BucketName": ("Bucket",), "ObjectName": ("Key",)},
    "scheduler": {"GroupName": ("GroupName",), "ScheduleName": ("Name",)},
    "servicediscovery": {"NamespaceId": ("Id", "NamespaceId"), "ServiceId": ("Id", "ServiceId")},
    "sns": {"TopicName": ("Name",)},
    "sqs": {"QueueName": ("QueueName",)},
    "ssm": {"ParameterNameWithoutLeadingSlash": ("Name", "Names", "Path")},
    "wafv2": {"Scope": ("Scope",)},
}
DEFAULTS: Mapping[tuple[str, str], str] = {
    ("ecs", "ClusterName"): "default",
    ("events", "EventBusName"): "default",
    ("scheduler", "GroupName"): "default",
}


def values(call: Call, prefix: str, placeholder: str) -> list[str]:
    """Return the names in a request that replace ``placeholder``."""
    for parameter in PARAMETERS.get(prefix, {}).get(placeholder, (placeholder,)):
        value = call.parameters.get(parameter)
        if value:
            return [_name(prefix, placeholder, str(item)) for item in (value if isinstance(value, list) else [value])]
    default = DEFAULTS.get((prefix, placeholder))
    return [default] if default else []


def _name(prefix: str, placeholder: str, value: str) -> str:
    normalize = _NORMAL_FORMS.get(prefix)
    return normalize(placeholder, value) if normalize else value


def _parameter_name(_placeholder: str, value: str) -> str:
    """Return a parameter's name without slash and version (``name:3``)."""
    if value.startswith("arn:"):
        return value.partition(":parameter/")[2]
    return value.partition(":")[0].lstrip("/")


def _scope(placeholder: str, value: str) -> str:
    return ("regional" if value == "REGIONAL" else "global") if placeholder == "Scope" else value


_NORMAL_FORMS: Mapping[str, Callable[[str, str], str]] = {
    "ecs": lambda _, value: value.rsplit("/", 1)[-1] if value.startswith("arn:") else value,
    "kms": lambda _, value: value.removeprefix("alias/"),
    "route53": lambda _, value: value.rsplit("/", 1)[-1],
    "ssm": _parameter_name,
    "wafv2": _scope,
}
