"""Consequences for ECS: what a Fargate task would meet when it starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from terraform_harness.verification.check import Check, Resource, World, check, consequence


@consequence("aws_ecs_service")
def service_runs_the_declared_task(resource: Resource, world: World) -> Iterator[Check]:
    values = resource.values
    found = world.client("ecs").describe_services(cluster=values["cluster"], services=[values["name"]])["services"]
    if not found:
        yield check(resource.address, "service is there", False, f"not in cluster {values['cluster']}")
        return
    service = found[0]
    yield check(resource.address, "service is active", service["status"] == "ACTIVE", f"it is {service['status']}")
    wanted, desired = values["desired_count"], service["desiredCount"]
    yield check(resource.address, f"{wanted} Fargate tasks desired", desired == wanted, f"{desired} desired")
    same = service["taskDefinition"] == values["task_definition"]
    yield check(resource.address, "runs the declared task definition", same, f"runs {service['taskDefinition']}")


@consequence("aws_ecs_service")
def service_receives_traffic(resource: Resource, world: World) -> Iterator[Check]:
    balancer = world.client("elbv2")
    for target in resource.values.get("load_balancer") or ():
        arn = target["target_group_arn"]
        group = balancer.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        name = group["TargetGroupName"]
        served = group["LoadBalancerArns"] and _reached_from_a_listener(balancer, group)
        yield check(resource.address, f"target group {name} is behind a listener", served, "no listener forwards to it")
        ports = _ports(resource.values["task_definition"], target["container_name"], world)
        port = target["container_port"]
        yield check(resource.address, f"container listens on {port}", port in ports, f"it declares {sorted(ports)}")


def _reached_from_a_listener(balancer: Any, group: dict[str, Any]) -> bool:
    for arn in group["LoadBalancerArns"]:
        for listener in balancer.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            rules = balancer.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
            actions = [*listener["DefaultActions"], *(action for rule in rules for action in rule["Actions"])]
            if group["TargetGroupArn"] in json.dumps([a for a in actions if a["Type"] == "forward"]):
                return True
    return False


def _ports(task_definition: str, container: str, world: World) -> set[int]:
    described = world.client("ecs").describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    containers = (one for one in described["containerDefinitions"] if one["name"] == container)
    return {mapping["containerPort"] for one in containers for mapping in one.get("portMappings", ())}


@consequence("aws_ecs_task_definition")
def secrets_resolve_and_decrypt(resource: Resource, world: World) -> Iterator[Check]:
    ssm = world.client("ssm")
    for container in json.loads(resource.values["container_definitions"]):
        for secret in container.get("secrets") or ():
            name = secret["valueFrom"].split(":parameter")[-1]
            got = ssm.get_parameters(Names=[name], WithDecryption=True)["Parameters"]
            claim = f"secret {secret['name']} of {container['name']} resolves"
            encrypted = bool(got) and got[0]["Type"] == "SecureString" and bool(got[0]["Value"])
            yield check(resource.address, claim, encrypted, f"{name} is missing, empty or not a SecureString")


@consequence("aws_ecs_task_definition")
def logs_have_somewhere_to_go(resource: Resource, world: World) -> Iterator[Check]:
    logs = world.client("logs")
    for container in json.loads(resource.values["container_definitions"]):
        options = (container.get("logConfiguration") or {}).get("options") or {}
        group = options.get("awslogs-group")
        if group is None:
            continue
        found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        there = any(one["logGroupName"] == group for one in found)
        yield check(resource.address, f"log group of {container['name']} exists", there, f"no log group {group}")


@consequence("aws_ecs_task_definition")
def roles_exist(resource: Resource, world: World) -> Iterator[Check]:
    for kind in ("task_role_arn", "execution_role_arn"):
        arn = resource.values.get(kind)
        if arn:
            role = world.client("iam").get_role(RoleName=arn.rsplit("/", 1)[-1])["Role"]
            trusted = "ecs-tasks.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])
            yield check(resource.address, f"{kind} may be assumed by ECS", trusted, f"{arn} does not trust ECS")


@consequence("aws_appautoscaling_target")
def scaling_has_a_policy_or_a_schedule(resource: Resource, world: World) -> Iterator[Check]:
    scaling, values = world.client("application-autoscaling"), resource.values
    about = {"ServiceNamespace": values["service_namespace"], "ResourceId": values["resource_id"]}
    policies = scaling.describe_scaling_policies(**about)["ScalingPolicies"]
    actions = scaling.describe_scheduled_actions(**about)["ScheduledActions"]
    yield check(resource.address, "something scales it", policies or actions, "no policy and no scheduled action")
