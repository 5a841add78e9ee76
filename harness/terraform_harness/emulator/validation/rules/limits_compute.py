"""Quotas of ECS, IAM and load balancers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from terraform_harness.emulator.validation.quotas import ECS, IAM, LOAD_BALANCER, OVERRIDE
from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule, within

WHITE_SPACE = re.compile(r"\s")


def size(policy: str) -> int:
    """Return the size of a policy as IAM counts it: its characters without white space."""
    return len(WHITE_SPACE.sub("", policy))


@rule("iam:PutRolePolicy", source=IAM)
def inline_policies_of_a_role(call: Call) -> None:
    name, policy = call.parameters["RoleName"], call.parameters["PolicyName"]
    there = {other: _text(text) for other, text in _role_policies(call, name).items()}
    used = sum(map(size, (there | {policy: call.parameters["PolicyDocument"]}).values()))
    within(call, "role_inline_policies_size", used, of=f"role {name}")


def _role_policies(call: Call, name: str) -> dict[str, Any]:
    roles: Iterable[Any] = call.backend("iam").roles.values()
    return next((dict(role.policies) for role in roles if role.name == name), {})


def _text(policy: Any) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)


@rule("iam:CreateRole", "iam:UpdateAssumeRolePolicy", source=IAM)
def trust_policy_of_a_role(call: Call) -> None:
    parameters = call.parameters
    trust = parameters.get("AssumeRolePolicyDocument") or parameters.get("PolicyDocument", "")
    within(call, "role_trust_policy_size", size(trust), of=f"role {parameters['RoleName']}")
    if call.operation == "CreateRole":
        within(call, "roles", len(call.backend("iam").roles) + 1)


@rule("iam:CreatePolicy", "iam:CreatePolicyVersion", source=IAM)
def managed_policy(call: Call) -> None:
    within(call, "managed_policy_size", size(call.parameters["PolicyDocument"]))


@rule("iam:AttachRolePolicy", source=IAM)
def managed_policies_of_a_role(call: Call) -> None:
    name = call.parameters["RoleName"]
    role = next((role for role in call.backend("iam").roles.values() if role.name == name), None)
    attached = set(role.managed_policies) if role else set()
    within(call, "managed_policies_per_role", len(attached | {call.parameters["PolicyArn"]}), of=f"role {name}")


@rule("ecs:RegisterTaskDefinition", source=ECS)
def task_definition(call: Call) -> None:
    family, containers = call.parameters["family"], call.parameters["containerDefinitions"]
    within(call, "containers_per_task_definition", len(containers), of=f"task definition {family}")
    compact = json.dumps(call.parameters, separators=(",", ":"), default=str, ensure_ascii=False)
    within(call, "task_definition_size", len(compact.encode()), of=f"task definition {family}")


@rule("ecs:RunTask", source=OVERRIDE)
def task_overrides(call: Call) -> None:
    within(call, "tasks_per_run_task", call.parameters.get("count", 1))
    overrides = json.dumps(call.parameters.get("overrides", {}), separators=(",", ":"), ensure_ascii=False)
    within(call, "task_override_size", len(overrides))


@rule("ecs:CreateService", source=ECS)
def target_groups_of_a_service(call: Call) -> None:
    used = len(call.parameters.get("loadBalancers", ()))
    within(call, "target_groups_per_service", used, of=f"service {call.parameters['serviceName']}")


@rule("elbv2:CreateLoadBalancer", "elbv2:CreateTargetGroup", source=LOAD_BALANCER)
def load_balancers_and_target_groups(call: Call) -> None:
    elb = call.backend("elbv2")
    if call.operation == "CreateTargetGroup":
        within(call, "target_groups", len(elb.target_groups) + 1)
    else:
        within(call, "load_balancers", len(elb.load_balancers) + 1)
