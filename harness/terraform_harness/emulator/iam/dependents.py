"""Permissions that AWS checks inside a call, in addition to the action of the call itself.

Sources: "Dependent actions" and "Tagging authorization" of the service authorization reference and of each service's
guide, named below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from terraform_harness.emulator.iam import keys
from terraform_harness.emulator.iam.actions import prefix_of
from terraform_harness.emulator.iam.needed import Needed, value
from terraform_harness.emulator.iam.state import named_role, task_definition
from terraform_harness.emulator.validation.requests import Call

ECS_TASKS = "ecs-tasks.amazonaws.com"
# (service, parameter) -> the service that gets the role. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
PASSED: Mapping[tuple[str, str], str] = {
    ("ecs", "executionRoleArn"): ECS_TASKS,
    ("ecs", "taskRoleArn"): ECS_TASKS,
    ("rds", "MonitoringRoleArn"): "monitoring.rds.amazonaws.com",
    ("rds", "RoleArn"): "rds.amazonaws.com",
    ("ec2", "DeliverLogsPermissionArn"): "vpc-flow-logs.amazonaws.com",
    ("scheduler", "Target.RoleArn"): "scheduler.amazonaws.com",
    ("lambda", "Role"): "lambda.amazonaws.com",
}
# (service, operation) -> service of the service-linked role, which the first call creates.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
LINKED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("ecs", "CreateCluster"): ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
    ("elbv2", "CreateLoadBalancer"): ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
    ("elasticache", "CreateReplicationGroup"): ("elasticache.amazonaws.com", "AWSServiceRoleForElastiCache"),
    ("rds", "CreateDBInstance"): ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    ("application-autoscaling", "RegisterScalableTarget"): (
        "ecs.application-autoscaling.amazonaws.com", "AWSServiceRoleForApplicationAutoScaling_ECSService",
    ),
    ("wafv2", "PutLoggingConfiguration"): ("wafv2.amazonaws.com", "AWSServiceRoleForWAFV2Logging"),
}  # fmt: skip
# prefix -> the action that a request with tags needs on the new resource, as each service documents it.
TAGGING: Mapping[str, str] = {
    "acm": "AddTagsToCertificate", "application-autoscaling": "TagResource", "cloudwatch": "TagResource",
    "ecr": "TagResource", "ecs": "TagResource", "elasticache": "AddTagsToResource",
    "elasticloadbalancing": "AddTags", "kms": "TagResource", "logs": "TagResource", "rds": "AddTagsToResource",
    "secretsmanager": "TagResource", "servicediscovery": "TagResource", "sns": "TagResource",
    "ssm": "AddTagsToResource", "wafv2": "TagResource",
}  # fmt: skip
_LOG_DELIVERY = ("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
                 "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies")  # fmt: skip
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Logging-destinations.html
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
DELIVERING: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("elasticache", "CreateReplicationGroup"): _LOG_DELIVERY,
    ("elasticache", "ModifyReplicationGroup"): _LOG_DELIVERY,
    ("wafv2", "PutLoggingConfiguration"): (
        "logs:CreateLogDelivery", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
    ),
    ("wafv2", "DeleteLoggingConfiguration"): ("logs:DeleteLogDelivery",),
}  # fmt: skip


def needed_by(call: Call, resources: Iterable[str], *, linked: set[str]) -> Iterator[Needed]:
    """Yield what a call needs in addition to its own action.

    Args:
        call: The call.
        resources: The resources of its own action.
        linked: The services whose service-linked role exists; grows.
    """
    yield from _passed_roles(call)
    yield from _linked_role(call, linked)
    yield from _tagging(call, list(resources))
    yield from _log_delivery(call)
    yield from keys.needed_by(call)


def _passed_roles(call: Call) -> Iterator[Needed]:
    passed = {(value(call.parameters, path), to) for (service, path), to in PASSED.items() if service == call.service}
    if call.service == "ecs" and call.operation in {"RunTask", "CreateService", "UpdateService"}:
        with suppress(Exception):
            known = task_definition(call, str(call.parameters["taskDefinition"]))
            passed |= {(known.task_role_arn, ECS_TASKS), (known.execution_role_arn, ECS_TASKS)}
        overrides = call.parameters.get("overrides") or {}
        passed |= {(overrides.get(name), ECS_TASKS) for name in ("taskRoleArn", "executionRoleArn")}
    for role, service in sorted((str(role), to) for role, to in passed if role):
        yield Needed("iam:PassRole", role, {"iam:PassedToService": service})


def _linked_role(call: Call, linked: set[str]) -> Iterator[Needed]:
    service, role = LINKED.get((call.service, call.operation), ("", ""))
    if service and service not in linked:
        arn = f"arn:aws:iam::{call.account}:role/aws-service-role/{service}/{role}"
        yield Needed("iam:CreateServiceLinkedRole", arn, {"iam:AWSServiceName": service})
        linked.add(service)


def _tagging(call: Call, resources: list[str]) -> Iterator[Needed]:
    prefix, action = prefix_of(call), call.operation
    if prefix == "ec2":
        for item in call.parameters.get("TagSpecifications") or ():
            if item.get("Tags"):
                arn = f"arn:aws:ec2:{call.region}:{call.account}:{item['ResourceType']}/*"
                yield Needed("ec2:CreateTags", arn, {"ec2:CreateAction": action})
        return
    tags = call.parameters.get("Tags") or call.parameters.get("tags")
    if prefix == "iam" and tags and action == "CreateRole":
        yield from (Needed("iam:TagRole", arn) for arn in resources)
    if tags and prefix in TAGGING and not action.startswith(("Tag", "AddTags")):
        yield from (Needed(f"{prefix}:{TAGGING[prefix]}", _tagged(call, arn)) for arn in resources[:1])


# Operations whose own action has no resource, and the kind of the resource that they create.
_NEW: Mapping[tuple[str, str], str] = {("acm", "RequestCertificate"): "certificate", ("kms", "CreateKey"): "key"}


def _tagged(call: Call, arn: str) -> str:
    """Return the new resource that gets the tags; a listener's ARN begins like that of its load balancer."""
    if call.operation == "RegisterTaskDefinition":
        return f"arn:aws:ecs:{call.region}:{call.account}:task-definition/{call.parameters['family']}:*"
    if (kind := _NEW.get((call.service, call.operation))) is not None:
        return f"arn:aws:{call.service}:{call.region}:{call.account}:{kind}/*"
    if call.operation == "CreateListener":
        return arn.replace(":loadbalancer/", ":listener/") + "/*"
    if call.operation == "CreateRule":
        return arn.replace(":listener/", ":listener-rule/") + "/*"
    return arn


def _log_delivery(call: Call) -> Iterator[Needed]:
    actions = DELIVERING.get((call.service, call.operation), ())
    if call.service == "elasticache" and not call.parameters.get("LogDeliveryConfigurations"):
        return
    yield from (Needed(action, "*") for action in actions)


def boundary_context(call: Call) -> dict[str, str]:
    """Return ``iam:PermissionsBoundary``: of a new role, or of the role whose policies a request changes."""
    if call.service != "iam":
        return {}
    given = call.parameters.get("PermissionsBoundary")
    role = None if given else named_role(call.account, str(call.parameters.get("RoleName")))
    found = given or (role.permissions_boundary_arn if role else None)
    return {"iam:PermissionsBoundary": str(found)} if found else {}
