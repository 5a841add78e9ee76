"""Requests that exceed a quota of another service than Amazon VPC."""

from __future__ import annotations

import json
from typing import Any

from tests.apply.emulator_requests.row import (
    ROLE,
    Client,
    namespace,
    network,
    quota,
    task,
)

ANY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def policy(length: int) -> str:
    resource = "arn:aws:s3:::" + "a" * (length - len(ANY.replace(" ", "")) - 12)
    return ANY.replace('"Resource": "*"', f'"Resource": "{resource}"')


@quota("role_inline_policies_size")
def _(aws: Client) -> None:
    aws("iam").create_role(RoleName="r", **ROLE)
    for name, length in (("a", 5_000), ("a", 5_120), ("b", 5_120), ("c", 200)):
        aws("iam").put_role_policy(RoleName="r", PolicyName=name, PolicyDocument=policy(length))


quota("managed_policy_size")(lambda aws: aws("iam").create_policy(PolicyName="p", PolicyDocument=policy(6_145)))
quota("role_trust_policy_size")(
    lambda aws: aws("iam").create_role(RoleName="r", AssumeRolePolicyDocument=policy(2_049))
)


@quota("managed_policies_per_role", 1)
def _(aws: Client) -> None:
    aws("iam").create_role(RoleName="r", **ROLE)
    for name in ("a", "b"):
        arn = aws("iam").create_policy(PolicyName=name, PolicyDocument=ANY)["Policy"]["Arn"]
        aws("iam").attach_role_policy(RoleName="r", PolicyArn=arn)


@quota("roles", 1)
def _(aws: Client) -> None:
    aws("iam").create_role(RoleName="a", **ROLE)
    aws("iam").create_role(RoleName="b", **ROLE)


@quota("task_definition_size")
def _(aws: Client) -> None:
    large = {"name": "a", "image": "a", "memory": 128, "environment": [{"name": "A", "value": "a" * 65_536}]}
    aws("ecs").register_task_definition(**task(containerDefinitions=[large]))


quota("containers_per_task_definition")(
    lambda aws: aws("ecs").register_task_definition(
        **task(containerDefinitions=[{"name": f"a{number}", "image": "a", "memory": 128} for number in range(11)])
    )
)
quota("task_override_size")(
    lambda aws: aws("ecs").run_task(
        taskDefinition="f", overrides={"containerOverrides": [{"name": "a", "command": ["a" * 8_192]}]}
    )
)
quota("subnets_per_awsvpc_configuration")(
    lambda aws: aws("ecs").run_task(taskDefinition="f", **network(subnets=list("abcdefghijklmnopq")))
)
quota("tasks_per_run_task")(lambda aws: aws("ecs").run_task(taskDefinition="f", count=11))
quota("target_groups_per_service")(
    lambda aws: aws("ecs").create_service(
        serviceName="s", taskDefinition="f", loadBalancers=[{"targetGroupArn": "a", "containerPort": 1}] * 6
    )
)


@quota("load_balancers", 0)
def _(aws: Client) -> None:
    aws("elbv2").create_load_balancer(Name="a", Subnets=["s"])


quota("target_groups", 0)(lambda aws: aws("elbv2").create_target_group(Name="a"))
quota("db_instances", 0)(
    lambda aws: aws("rds").create_db_instance(
        DBInstanceIdentifier="d", DBInstanceClass="db.t4g.micro", Engine="postgres"
    )
)
quota("db_parameter_groups", 0)(
    lambda aws: aws("rds").create_db_parameter_group(
        DBParameterGroupName="p", DBParameterGroupFamily="postgres17", Description="d"
    )
)
quota("db_subnet_groups", 0)(
    lambda aws: aws("rds").create_db_subnet_group(
        DBSubnetGroupName="s", DBSubnetGroupDescription="d", SubnetIds=["subnet-1"]
    )
)
quota("db_proxies", 0)(
    lambda aws: aws("rds").create_db_proxy(
        DBProxyName="p", EngineFamily="POSTGRESQL", Auth=[], RoleArn="arn:aws:iam::1:role/r", VpcSubnetIds=["a"]
    )
)


@quota("alarms", 1)
def _(aws: Client) -> None:
    for name in ("a", "a", "b"):
        aws("cloudwatch").put_metric_alarm(
            AlarmName=name, MetricName="m", Namespace="n", ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1, Threshold=1, Period=60, Statistic="Sum",
        )  # fmt: skip


def dashboard(aws: Client, widgets: list[Any]) -> None:
    aws("cloudwatch").put_dashboard(DashboardName="d", DashboardBody=json.dumps({"widgets": widgets}))


quota("widgets_per_dashboard")(lambda aws: dashboard(aws, [{"type": "text"}] * 501))
quota("metrics_per_widget")(lambda aws: dashboard(aws, [{"properties": {"metrics": [["n", "m"]] * 501}}]))
quota("metrics_per_dashboard")(
    lambda aws: dashboard(aws, [{"properties": {"metrics": [["n", "m"]] * 417}} for _ in range(6)])
)
quota("query_log_groups")(
    lambda aws: aws("logs").put_query_definition(name="q", queryString="fields x", logGroupNames=["a"] * 51)
)
quota("standard_parameter_size")(lambda aws: aws("ssm").put_parameter(Name="p", Type="String", Value="ä" * 2_049))
quota("namespaces", 0)(namespace)
