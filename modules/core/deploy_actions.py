"""The resources that the deploy role manages, and the actions on them, by service.

The service authorization reference of AWS lists the resource types that each action supports:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from collections.abc import Mapping

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
        "arn:aws:elasticache:{here}:user:{name}-*",
        "arn:aws:elasticache:{here}:usergroup:{name}-*",
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
    "s3": (
        "arn:aws:s3:::{name}-*-access-logs-{account}",
        "arn:aws:s3:::{name}-*-dags-{account}",
        "arn:aws:s3:::{name}-*-dags-{account}/*",
        "arn:aws:s3:::{name}-*-task-logs-{account}",
    ),
    "scheduler": ("arn:aws:scheduler:{here}:schedule/default/{name}-*",),
    "secretsmanager": ("arn:aws:secretsmanager:{here}:secret:{name}-*",),
    "sns": ("arn:aws:sns:{here}:{name}-*",),
    "ssm": ("arn:aws:ssm:{here}:parameter/{name}/*",),
}

# service -> verbs of the actions on the resources above; ECS Exec (ecs:ExecuteCommand) is not among them
VERBS: Mapping[str, tuple[str, ...]] = {
    "cloudwatch": ("Delete*", "Describe*", "Get*", "List*", "Put*", "Tag*", "Untag*"),
    "ecr": (
        *("Batch*", "Complete*", "Create*", "Delete*", "Describe*", "Get*", "Initiate*", "List*", "Put*", "Set*"),
        *("Start*", "Tag*", "Untag*", "Upload*"),
    ),
    "ecs": (
        *("Create*", "Delete*", "Describe*", "List*", "Put*", "RunTask", "StopTask", "TagResource", "UntagResource"),
        "Update*",
    ),
    "elasticache": (
        *("Add*", "Create*", "Decrease*", "Delete*", "Describe*", "Increase*", "List*", "Modify*", "Remove*", "Reset*"),
    ),
    "elasticloadbalancing": (
        "Add*",
        "Create*",
        "Delete*",
        "Describe*",
        "Modify*",
        "Remove*",
        "Set*",
    ),
    "logs": (
        *("Associate*", "Create*", "Delete*", "Describe*", "Disassociate*", "Filter*", "Get*", "List*", "Put*"),
        *("Tag*", "Untag*", "Update*"),
    ),
    "rds": (
        *("Add*", "Create*", "Delete*", "Deregister*", "Describe*", "List*", "Modify*", "Reboot*", "Register*"),
        *("Remove*", "Reset*", "Restore*", "Start*", "Stop*"),
    ),
    "s3": ("Create*", "Delete*", "Get*", "List*", "Put*", "Tag*", "Untag*"),
    "scheduler": ("Create*", "Delete*", "Get*", "List*", "Tag*", "Untag*", "Update*"),
    "secretsmanager": (
        *("Cancel*", "Create*", "Delete*", "Describe*", "Get*", "List*", "Put*", "Restore*", "Tag*", "Untag*"),
        "Update*",
    ),
    "sns": ("Create*", "Delete*", "Get*", "List*", "Set*", "Subscribe", "Tag*", "Untag*"),
    "ssm": ("Add*", "Delete*", "Describe*", "Get*", "List*", "Put*", "Remove*"),
}

# Actions on resources with generated ids: limited to resource types of the account and the region.
TYPED_ACTIONS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("arn:aws:acm:{here}:certificate/*",): ("acm:*Certificate*",),
    ("arn:aws:application-autoscaling:{here}:scalable-target/*",): (
        *("application-autoscaling:Delete*", "application-autoscaling:Deregister*", "application-autoscaling:List*"),
        *("application-autoscaling:Put*", "application-autoscaling:Register*", "application-autoscaling:Tag*"),
        "application-autoscaling:Untag*",
    ),
    ("arn:aws:ec2:{here}:*/*", "arn:aws:ec2:{region}:aws:prefix-list/*"): (
        *("ec2:*Address*", "ec2:*FlowLogs", "ec2:*InternetGateway", "ec2:*NatGateway", "ec2:*NetworkAcl*"),
        *("ec2:*Route*", "ec2:*SecurityGroup*", "ec2:*Subnet*", "ec2:*Tags", "ec2:*VpcEndpoint*"),
        *("ec2:CreateVpc", "ec2:DeleteVpc", "ec2:ModifyVpcAttribute"),
    ),
    ("arn:aws:kms:{here}:alias/*", "arn:aws:kms:{here}:key/*"): (
        *("kms:CreateAlias", "kms:DeleteAlias", "kms:EnableKeyRotation", "kms:PutKeyPolicy"),
        *("kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription"),
    ),
    ("arn:aws:route53:::hostedzone/*",): ("route53:ChangeResourceRecordSets", "route53:DeleteHostedZone"),
    ("arn:aws:servicediscovery:{here}:namespace/*", "arn:aws:servicediscovery:{here}:service/*"): (
        *("servicediscovery:Create*", "servicediscovery:Delete*", "servicediscovery:Deregister*"),
        *("servicediscovery:Get*", "servicediscovery:Update*"),
    ),
    (
        "arn:aws:elasticloadbalancing:{here}:loadbalancer/app/{name}-*",
        "arn:aws:wafv2:{here}:regional/*/*",
    ): (
        *("wafv2:Associate*", "wafv2:Create*", "wafv2:Delete*", "wafv2:Disassociate*", "wafv2:Get*", "wafv2:Put*"),
        *("wafv2:TagResource", "wafv2:UntagResource", "wafv2:Update*"),
    ),
}

# Actions without resource-level permissions: limited to the region instead.
REGIONAL_ACTIONS: tuple[str, ...] = (
    "acm:RequestCertificate",
    "application-autoscaling:Describe*",
    "ecr:GetAuthorizationToken",
    "ecs:DeregisterTaskDefinition",
    "ecs:RegisterTaskDefinition",
    "kms:CreateKey",
    "logs:*QueryDefinition*",
    # ElastiCache and AWS WAF deliver their logs with the caller's permissions.
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "secretsmanager:GetRandomPassword",
    "servicediscovery:CreatePrivateDnsNamespace",
    "servicediscovery:GetOperation",
    "servicediscovery:TagResource",
    "servicediscovery:UntagResource",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
)
GLOBAL_ACTIONS: tuple[str, ...] = ("route53:CreateHostedZone",)
# Services through which a deployment uses KMS keys with generated ids, and those that get grants for the keys.
ENCRYPTING_SERVICES = ("ecr", "elasticache", "rds", "s3", "scheduler", "secretsmanager", "sns", "ssm")
GRANTED_SERVICES = ("ecr", "elasticache", "rds")
# Services whose first resource in an account creates their service-linked role.
LINKED_SERVICES = (
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "rds.amazonaws.com",
    "wafv2.amazonaws.com",
)
