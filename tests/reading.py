"""Reads services, Fargate tasks, roles and security group rules from a synthesized environment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_gate.terraform_resource import Resource, items

from tests.synthesis import Deployment

AIRFLOW_TASK_ROLE, EXECUTION_ROLE = "task_role_arn", "execution_role_arn"


@dataclass(frozen=True)
class Container:
    """A container definition."""

    body: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        return str(self.body["name"])

    @property
    def environment(self) -> dict[str, str]:
        return {item["name"]: item["value"] for item in self.body.get("environment", ())}

    @property
    def secrets(self) -> dict[str, str]:
        """References to SecureStrings, by environment variable."""
        return {item["name"]: item["valueFrom"] for item in self.body.get("secrets", ())}

    @property
    def mounts(self) -> dict[str, Mapping[str, Any]]:
        """Mount points by path."""
        return {item["containerPath"]: item for item in self.body.get("mountPoints", ())}

    @property
    def command(self) -> list[str]:
        return list(self.body.get("command") or ())


@dataclass(frozen=True)
class FargateTask:
    """A task definition with its containers; the first container has the name of the process."""

    definition: Resource
    containers: tuple[Container, ...]

    @property
    def main(self) -> Container:
        return self.containers[0]

    @property
    def name(self) -> str:
        return self.main.name

    @property
    def size(self) -> tuple[int, int]:
        """CPU units and MiB."""
        return int(self.definition.body["cpu"]), int(self.definition.body["memory"])

    def container(self, name: str) -> Container:
        found = {container.name: container for container in self.containers}
        assert name in found, f"{self.name} has no container {name!r}; it has {sorted(found)}"
        return found[name]


def fargate_tasks(deployment: Deployment) -> dict[str, FargateTask]:
    """Return all task definitions, by the name of their main container."""
    found = (
        FargateTask(item, tuple(Container(body) for body in item.document("container_definitions")))
        for item in deployment.of("aws_ecs_task_definition")
    )
    return {task.name: task for task in found}


def services(deployment: Deployment) -> dict[str, tuple[Resource, FargateTask]]:
    """Return all ECS services with their Fargate tasks, by name."""
    tasks = {task.definition.key: task for task in fargate_tasks(deployment).values()}
    return {
        item.body["name"]: (item, tasks[deployment.resolve(item.body["task_definition"]).key])
        for item in deployment.of("aws_ecs_service")
    }


@dataclass(frozen=True)
class Grant:
    """A statement of an inline policy of a role."""

    role: str
    policy: str
    body: Mapping[str, Any] = field(repr=False)

    @property
    def actions(self) -> tuple[str, ...]:
        return items(self.body.get("Action"))

    @property
    def resources(self) -> tuple[str, ...]:
        return items(self.body.get("Resource"))

    @property
    def conditions(self) -> Mapping[str, Any]:
        return self.body.get("Condition") or {}

    def __str__(self) -> str:
        return f"{self.role}/{self.policy}: {', '.join(self.actions)} on {', '.join(self.resources)}"


def role_of(deployment: Deployment, task: FargateTask, kind: str) -> Resource:
    """Return the role of a Fargate task; ``kind`` is ``AIRFLOW_TASK_ROLE`` or ``EXECUTION_ROLE``."""
    return deployment.resolve(task.definition.body[kind])


def statements(policy: str) -> list[dict[str, Any]]:
    """Return the statements of an IAM policy in JSON."""
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def grants(deployment: Deployment, role: Resource | None = None) -> Iterator[Grant]:
    """Yield the statements of the inline policies of ``role``, or of all roles."""
    for policy in deployment.of("aws_iam_role_policy"):
        owner = deployment.resolve(policy.body["role"])
        if role is None or owner.key == role.key:
            for statement in statements(policy.body["policy"]):
                yield Grant(role=owner.body["name"], policy=policy.body["name"], body=statement)


@dataclass(frozen=True, order=True)
class Rule:
    """A security group rule: the endpoint of the group, the endpoint or block on the other side, the port."""

    group: str
    peer: str
    port: int


GROUP_RULE = {True: "aws_vpc_security_group_egress_rule", False: "aws_vpc_security_group_ingress_rule"}


def rules(deployment: Deployment, *, egress: bool) -> set[Rule]:
    """Return all rules of one direction; a peer is the name of an endpoint, a CIDR block or a prefix list."""
    found = set()
    for item in deployment.of(GROUP_RULE[egress]):
        assert item.body["from_port"] == item.body["to_port"], item.address
        peer = (
            endpoint_name(deployment, item.body["referenced_security_group_id"])
            if item.body.get("referenced_security_group_id")
            else item.body.get("cidr_ipv4") or f"prefix list {item.body['prefix_list_id']}"
        )
        found.add(Rule(endpoint_name(deployment, item.body["security_group_id"]), peer, item.body["to_port"]))
    return found


def endpoint_name(deployment: Deployment, security_group: str) -> str:
    """Return the name of the endpoint of a security group."""
    return str(deployment.resolve(security_group).body["tags"]["airflow-fargate:place"])


def clients(deployment: Deployment, *, group: str, port: int) -> set[str]:
    """Return the peers that may connect to ``port`` of the endpoint ``group``."""
    return {rule.peer for rule in rules(deployment, egress=False) if (rule.group, rule.port) == (group, port)}


def tier_of(subnet_or_acl: Resource) -> str:
    """Return the tier of a subnet or a network ACL, from its tag."""
    return str(subnet_or_acl.body["tags"]["airflow-fargate:tier"])
