"""The IAM permissions of the deploy role.

The service authorization reference of AWS lists the resource types that each action supports:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.core.grants import RoleSettings, statement

ROLE_RECIPIENTS = (
    "ecs-tasks.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "rds.amazonaws.com",
    "scheduler.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)

# service -> ARN patterns of resources that start with our prefix; {here} is region and account, {name} the prefix
NAMED_RESOURCES: Mapping[str, tuple[str, ...]] = {
    "cloudwatch": ("arn:aws:cloudwatch:{here}:alarm:{name}-*", "arn:aws:cloudwatch::{account}:dashboard/{name}-*"),
    "ecr": ("arn:aws:ecr:{here}:repository/{name}-*",),
    "ecs": (
        "arn:aws:ecs:{here}:cluster/{name}-*",
        "arn:aws:ecs:{here}:service/{name}-*/*",
        "arn:aws:ecs:{here}:task-definition/{name}-*:*",
    ),
    "elasticache": (
        "arn:aws:elasticache:{here}:parametergroup:{name}-*",
        "arn:aws:elasticache:{here}:replicationgroup:{name}-*",
        "arn:aws:elasticache:{here}:subnetgroup:{name}-*",
        "arn:aws:elasticache:{here}:cluster:{name}-*",
    ),
    "elasticloadbalancing": (
        "arn:aws:elasticloadbalancing:{here}:listener-rule/app/{name}-*",
        "arn:aws:elasticloadbalancing:{here}:listener/app/{name}-*",
        "arn:aws:elasticloadbalancing:{here}:loadbalancer/app/{name}-*",
        "arn:aws:elasticloadbalancing:{here}:targetgroup/{name}-*",
    ),
    "logs": (
        "arn:aws:logs:{here}:log-group:/{name}/*",
        "arn:aws:logs:{here}:log-group:/aws/ecs/containerinsights/{name}-*",
        "arn:aws:logs:{here}:log-group:/aws/elasticache/{name}-*",
        "arn:aws:logs:{here}:log-group:/aws/rds/instance/{name}-*",
        "arn:aws:logs:{here}:log-group:aws-waf-logs-{name}-*",
    ),
    "rds": (
        "arn:aws:rds:{here}:db-proxy:*",
        "arn:aws:rds:{here}:db:{name}-*",
        "arn:aws:rds:{here}:pg:{name}-*",
        "arn:aws:rds:{here}:snapshot:{name}-*",
        "arn:aws:rds:{here}:subgrp:{name}-*",
        "arn:aws:rds:{here}:target-group:*",
    ),
    "s3": ("arn:aws:s3:::{name}-*",),
    "scheduler": ("arn:aws:scheduler:{here}:schedule/default/{name}-*",),
    "secretsmanager": ("arn:aws:secretsmanager:{here}:secret:{name}-*",),
    "sns": ("arn:aws:sns:{here}:{name}-*",),
    "ssm": ("arn:aws:ssm:{here}:parameter/{name}/*",),
}

# Actions on resources with generated ids, and actions without resources: limited to the region instead.
REGIONAL_ACTIONS: tuple[str, ...] = (
    "acm:*Certificate*",
    "application-autoscaling:*",
    "ec2:*Address*",
    "ec2:*FlowLogs",
    "ec2:*InternetGateway",
    "ec2:*NatGateway",
    "ec2:*NetworkAcl*",
    "ec2:*Route*",
    "ec2:*SecurityGroup*",
    "ec2:*Subnet*",
    "ec2:*Tags",
    "ec2:*VpcEndpoint*",
    "ec2:CreateVpc",
    "ec2:DeleteVpc",
    "ec2:ModifyVpcAttribute",
    "ecr:GetAuthorizationToken",
    "ecs:DeregisterTaskDefinition",
    "ecs:RegisterTaskDefinition",
    "kms:CreateAlias",
    "kms:CreateKey",
    "kms:DeleteAlias",
    "kms:EnableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "logs:*QueryDefinition*",
    "secretsmanager:GetRandomPassword",
    "servicediscovery:*",
    "wafv2:*",
)
GLOBAL_ACTIONS: tuple[str, ...] = (
    "route53:ChangeResourceRecordSets",
    "route53:CreateHostedZone",
    "route53:DeleteHostedZone",
)


def deploy_permissions(name: str, roles: RoleSettings) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the statements for resources that start with ``name``, and those for all other resources.

    Args:
        name: prefix of the names of all resources.
        roles: account and region of the deployment.
    """
    here = f"{roles.region}:{roles.account_id}"
    named = [
        statement(f"{service}:*", on=[arn.format(here=here, account=roles.account_id, name=name) for arn in arns])
        for service, arns in sorted(NAMED_RESOURCES.items())
    ]
    in_region = {"StringEquals": {"aws:RequestedRegion": roles.region}}
    keys = statement(
        "kms:Decrypt",
        "kms:GenerateDataKey",
        on=[f"arn:aws:kms:{here}:key/*"],
        conditions={"StringLike": {"kms:ViaService": f"*.{roles.region}.amazonaws.com"}},
    )
    return named, [
        statement(*REGIONAL_ACTIONS, on=["*"], conditions=in_region),
        statement(*GLOBAL_ACTIONS, on=["*"]),
        keys,
    ]
