"""The action and the resources that a request needs, from its operation and parameters."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
import pytest
from terraform_harness.emulator.iam.actions import action_of, prefix_of
from terraform_harness.emulator.iam.dependents import needed_by
from terraform_harness.emulator.iam.resources import resources_of
from terraform_harness.emulator.validation.requests import Call

HERE = "eu-central-1:111111111111"
FIREWALL = f"arn:aws:wafv2:{HERE}:regional/webacl/a/1"
BALANCER = f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/airflow-dev/0"
ROWS: list[tuple[str, str, dict[str, Any], str, list[str]]] = [
    ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, "s3:GetObject", ["arn:aws:s3:::b/k"]),
    ("s3", "HeadBucket", {"Bucket": "b"}, "s3:ListBucket", ["arn:aws:s3:::b"]),
    ("s3", "ListBuckets", {}, "s3:ListAllMyBuckets", ["*"]),
    ("s3", "DeleteObject", {"Bucket": "b", "Key": "k", "VersionId": "1"}, "s3:DeleteObjectVersion",
     ["arn:aws:s3:::b/k"]),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "a"}, {"Key": "c"}]}}, "s3:DeleteObject",
     ["arn:aws:s3:::b/a", "arn:aws:s3:::b/c"]),
    ("s3", "DeletePublicAccessBlock", {"Bucket": "b"}, "s3:PutBucketPublicAccessBlock", ["arn:aws:s3:::b"]),
    ("elbv2", "CreateLoadBalancer", {"Name": "airflow-dev"}, "elasticloadbalancing:CreateLoadBalancer",
     [f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/airflow-dev/*"]),
    ("elbv2", "CreateListener", {"LoadBalancerArn": BALANCER}, "elasticloadbalancing:CreateListener", [BALANCER]),
    ("elbv2", "CreateTargetGroup", {"Name": "airflow-dev"}, "elasticloadbalancing:CreateTargetGroup",
     [f"arn:aws:elasticloadbalancing:{HERE}:targetgroup/airflow-dev/*"]),
    ("ec2", "CreateSubnet", {"VpcId": "vpc-1"}, "ec2:CreateSubnet",
     [f"arn:aws:ec2:{HERE}:vpc/vpc-1", f"arn:aws:ec2:{HERE}:subnet/*"]),
    ("ec2", "CreateTags", {"Resources": ["sg-1", "acl-2"]}, "ec2:CreateTags",
     [f"arn:aws:ec2:{HERE}:security-group/sg-1", f"arn:aws:ec2:{HERE}:network-acl/acl-2"]),
    ("ec2", "DescribeVpcs", {}, "ec2:DescribeVpcs", ["*"]),
    ("logs", "CreateLogGroup", {"logGroupName": "/a"}, "logs:CreateLogGroup", [f"arn:aws:logs:{HERE}:log-group:/a:*"]),
    ("logs", "PutLogEvents", {"logGroupName": "/a", "logStreamName": "b"}, "logs:PutLogEvents",
     [f"arn:aws:logs:{HERE}:log-group:/a:log-stream:b"]),
    ("ssm", "GetParameters", {"Names": ["/a/b", "c:3"]}, "ssm:GetParameters",
     [f"arn:aws:ssm:{HERE}:parameter/a/b", f"arn:aws:ssm:{HERE}:parameter/c"]),
    ("cloudwatch", "PutMetricData", {"Namespace": "Airflow"}, "cloudwatch:PutMetricData", ["*"]),
    ("ecs", "CreateService", {"cluster": f"arn:aws:ecs:{HERE}:cluster/c", "serviceName": "s"}, "ecs:CreateService",
     [f"arn:aws:ecs:{HERE}:service/c/s"]),
    ("ecs", "UpdateTaskProtection", {"cluster": "c", "tasks": ["t"]}, "ecs:UpdateTaskProtection",
     [f"arn:aws:ecs:{HERE}:task/c/t"]),
    ("scheduler", "CreateSchedule", {"Name": "s"}, "scheduler:CreateSchedule",
     [f"arn:aws:scheduler:{HERE}:schedule/default/s"]),
    ("rds", "StopDBInstance", {"DBInstanceIdentifier": "d"}, "rds:StopDBInstance", [f"arn:aws:rds:{HERE}:db:d"]),
    ("elasticache", "CreateUserGroup", {"UserGroupId": "g", "UserIds": ["a", "b"]}, "elasticache:CreateUserGroup",
     [f"arn:aws:elasticache:{HERE}:usergroup:g", f"arn:aws:elasticache:{HERE}:user:a",
      f"arn:aws:elasticache:{HERE}:user:b"]),
    ("wafv2", "PutLoggingConfiguration", {"LoggingConfiguration": {"ResourceArn": FIREWALL}},
     "wafv2:PutLoggingConfiguration", [FIREWALL]),
    ("iam", "CreatePolicy", {"PolicyName": "p", "Path": "/x/"}, "iam:CreatePolicy",
     ["arn:aws:iam::111111111111:policy/x/p"]),
]  # fmt: skip


@cache
def model(service: str, operation: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation)


@pytest.mark.feature("H9")
@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action", "resources"), ROWS, ids=[f"{row[0]}:{row[1]}" for row in ROWS]
)
def test_request_needs_the_action_and_the_resources_that_aws_evaluates(
    service: str, operation: str, parameters: dict[str, Any], action: str, resources: list[str]
) -> None:
    call = Call(
        service=service, operation=operation, parameters=parameters, account="111111111111", region="eu-central-1",
        model=model(service, operation),
    )  # fmt: skip
    name = action_of(call)
    found, known = resources_of(call, name)
    assert f"{prefix_of(call)}:{name}" == action
    assert sorted(found) == sorted(resources)
    assert known


@pytest.mark.feature("H9")
@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("kms", "CreateKey", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}, f"kms:TagResource arn:aws:kms:{HERE}:key/*"),
        ("acm", "RequestCertificate", {"Tags": [{"Key": "a"}]},
         f"acm:AddTagsToCertificate arn:aws:acm:{HERE}:certificate/*"),
        ("ecs", "RegisterTaskDefinition", {"family": "f", "tags": [{"key": "a"}]},
         f"ecs:TagResource arn:aws:ecs:{HERE}:task-definition/f:*"),
        ("ecs", "RegisterTaskDefinition", {"family": "f", "taskRoleArn": "arn:r"}, "iam:PassRole arn:r"),
        ("elbv2", "CreateListener", {"LoadBalancerArn": BALANCER, "Tags": [{"Key": "a"}]},
         f"elasticloadbalancing:AddTags arn:aws:elasticloadbalancing:{HERE}:listener/app/airflow-dev/0/*"),
    ],
)  # fmt: skip
def test_new_resource_gets_its_tags_and_roles_by_permissions_of_their_own(
    service: str, operation: str, parameters: dict[str, Any], expected: str
) -> None:
    call = Call(
        service=service, operation=operation, parameters=parameters, account="111111111111", region="eu-central-1",
        model=model(service, operation),
    )  # fmt: skip
    resources, _ = resources_of(call, action_of(call))
    assert [f"{item.action} {item.resource}" for item in needed_by(call, resources, linked=set())] == [expected]
