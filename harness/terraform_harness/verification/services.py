"""Checks of ECS: services, load balancers, secrets, log groups and roles that a Fargate task needs to start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from terraform_harness.verification.check import Check, Deployment, Resource, check, verifier


@verifier("aws_ecs_service")
def service_runs_the_declared_task_definition(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the service runs the declared task definition."""
    values = resource.values
    found = deployment.client("ecs").describe_services(cluster=values["cluster"], services=[values["name"]])["services"]
    if not found:
        yield check(resource.address, "service exists", False, f"not in cluster {values['cluster']}")
        return
    service = found[0]
    yield check(resource.address, "service is active", service["status"] == "ACTIVE", f"it is {service['status']}")
    wanted, desired = values["desired_count"], service["desiredCount"]
    yield check(resource.address, f"{wanted} Fargate tasks desired", desired == wanted, f"{desired} desired")
    same = service["taskDefinition"] == values["task_definition"]
    yield check(resource.address, "runs the declared task definition", same, f"runs {service['taskDefinition']}")


@verifier("aws_ecs_service")
def service_receives_traffic(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the service receives traffic."""
    balancer = deployment.client("elbv2")
    for target in resource.values.get("load_balancer") or ():
        arn = target["target_group_arn"]
        group = balancer.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        name = group["TargetGroupName"]
        forwarded = group["LoadBalancerArns"] and _has_listener(balancer, group)
        yield check(resource.address, f"target group {name} is behind a listener", forwarded, "it has no listener")
        ports = _ports(resource.values["task_definition"], target["container_name"], deployment)
        port = target["container_port"]
        yield check(resource.address, f"container listens on {port}", port in ports, f"it declares {sorted(ports)}")


def _has_listener(balancer: Any, group: dict[str, Any]) -> bool:
    for arn in group["LoadBalancerArns"]:
        for listener in balancer.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            rules = balancer.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
            actions = [*listener["DefaultActions"], *(action for rule in rules for action in rule["Actions"])]
            if group["TargetGroupArn"] in json.dumps([action for action in actions if action["Type"] == "forward"]):
                return True
    return False


def _ports(task_definition: str, container: str, deployment: Deployment) -> set[int]:
    described = deployment.client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    found = (definition for definition in described["containerDefinitions"] if definition["name"] == container)
    return {mapping["containerPort"] for definition in found for mapping in definition.get("portMappings", ())}


@verifier("aws_ecs_task_definition")
def secrets_exist_and_decrypt(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that secrets exist and decrypt."""
    ssm = deployment.client("ssm")
    for container in json.loads(resource.values["container_definitions"]):
        for secret in container.get("secrets") or ():
            name = secret["valueFrom"].split(":parameter")[-1]
            found = ssm.get_parameters(Names=[name], WithDecryption=True)["Parameters"]
            claim = f"secret {secret['name']} of {container['name']} resolves"
            encrypted = bool(found) and found[0]["Type"] == "SecureString" and bool(found[0]["Value"])
            yield check(resource.address, claim, encrypted, f"{name} is missing, empty or not a SecureString")


@verifier("aws_ecs_task_definition")
def log_groups_exist(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that log groups exist."""
    logs = deployment.client("logs")
    for container in json.loads(resource.values["container_definitions"]):
        options = (container.get("logConfiguration") or {}).get("options") or {}
        group = options.get("awslogs-group")
        if group is None:
            continue
        found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        exists = any(log_group["logGroupName"] == group for log_group in found)
        yield check(resource.address, f"log group of {container['name']} exists", exists, f"no log group {group}")


@verifier("aws_ecs_task_definition")
def roles_trust_ecs(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that roles trust ECS."""
    for attribute in ("task_role_arn", "execution_role_arn"):
        arn = resource.values.get(attribute)
        if arn:
            role = deployment.client("iam").get_role(RoleName=arn.rsplit("/", 1)[-1])["Role"]
            trusted = "ecs-tasks.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])
            yield check(resource.address, f"ECS can assume {attribute}", trusted, f"{arn} does not trust ECS")


@verifier("aws_appautoscaling_target")
def scalable_target_has_a_policy_or_a_schedule(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the scalable target has a policy or a schedule."""
    scaling, values = deployment.client("application-autoscaling"), resource.values
    about = {"ServiceNamespace": values["service_namespace"], "ResourceId": values["resource_id"]}
    policies = scaling.describe_scaling_policies(**about)["ScalingPolicies"]
    actions = scaling.describe_scheduled_actions(**about)["ScheduledActions"]
    yield check(resource.address, "has a scaling policy or a scheduled action", policies or actions, "it has neither")
