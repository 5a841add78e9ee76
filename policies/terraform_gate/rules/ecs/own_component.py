"""AF_ECS_18: a workload has the security group and the roles of its own component."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.components import (
    WORKLOADS,
    component_of_group,
    component_of_task,
    components,
    groups_of,
    task_of,
)
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.endpoint_examples import ecs_service
from terraform_gate.rules.shared.examples import container, policy, task_definition
from terraform_gate.rules.shared.network_examples import security_group, vpc
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource

_TRUST = policy({"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"})
_ROLES = ("task_role_arn", "execution_role_arn")


def _component(name: str, *, group: str, role: str) -> Resources:
    """A service of the component ``name`` with the group and the task role of the given components."""
    service = ecs_service(name, groups=(group,))
    service["aws_ecs_service"][name]["task_definition"] = f"${{aws_ecs_task_definition.{name}.arn}}"
    return merge(
        service,
        security_group(name, tags={"airflow-fargate:place": name}),
        task_definition(container(name=name), name=name, task_role_arn=f"${{aws_iam_role.{role}.arn}}"),
        {"aws_iam_role": {name: {"name": f"airflow-{name}-task", "assume_role_policy": _TRUST}}},
    )


_SCHEDULER = merge(vpc(), _component("scheduler", group="scheduler", role="scheduler"))


class OwnComponent(Rule):
    """Compares the component of a workload's containers with those of its security groups and roles.

    The tag ``airflow-fargate:place`` of a security group names its component; the component of a task definition is
    the one whose name a container has. Task definitions of other names pass.
    """

    id = "AF_ECS_18"
    title = "Every workload has the security groups and the roles of its own component"
    severity = Severity.HIGH
    why = (
        "Flows and permissions are reviewed by component. A worker with the security group or the role of the "
        "scheduler has the connections and permissions of the scheduler, although every rule and policy is right."
    )
    remediation = "Reference the security group and the roles of the component that the containers run."
    references = ()
    resource_types = (*WORKLOADS, "aws_ecs_task_definition")
    passing = (
        Example(
            title="two components",
            resources=merge(_SCHEDULER, _component("worker", group="worker", role="worker")),
        ),
    )
    failing = (
        Example(
            title="a worker in the security group of the scheduler",
            resources=merge(_SCHEDULER, _component("worker", group="scheduler", role="worker")),
        ),
        Example(
            title="a worker with the role of the scheduler",
            resources=merge(_SCHEDULER, _component("worker", group="worker", role="scheduler")),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the groups of workloads, and the roles of task definitions."""
        known = components(configuration)
        for workload in configuration.of_type(*WORKLOADS):
            yield from tuple(_groups(workload, known, configuration)) or (Finding.pass_(workload),)
        tasks = configuration.of_type("aws_ecs_task_definition")
        users = _users(tasks, known, configuration)
        for task in tasks:
            yield from tuple(_roles(task, known, users, configuration)) or (Finding.pass_(task),)


def _groups(workload: Resource, known: frozenset[str], configuration: Configuration) -> Iterator[Finding]:
    task = task_of(workload, configuration)
    own = component_of_task(task, known) if task else None
    for group in groups_of(workload, configuration) if own else ():
        other = component_of_group(group)
        if other and other != own:
            yield Finding.fail(workload, f"runs {own} in {group.address}, the security group of {other}")


def _users(tasks: Sequence[Resource], known: frozenset[str], configuration: Configuration) -> Mapping[str, set[str]]:
    """Map the key of each role to the components that use it."""
    found: dict[str, set[str]] = {}
    for task in tasks:
        own = component_of_task(task, known)
        for role in (configuration.find(task.get(name)) for name in _ROLES):
            if role is not None and own:
                found.setdefault(role.key, set()).add(own)
    return found


def _roles(
    task: Resource, known: frozenset[str], users: Mapping[str, set[str]], configuration: Configuration
) -> Iterator[Finding]:
    own = component_of_task(task, known)
    for argument in _ROLES:
        role = configuration.find(task.get(argument))
        if role is None or own is None:
            continue
        named = _named(role.get("name"), known)
        others = {named} - {own} if named else users.get(role.key, set()) - {own}
        if others:
            names = ", ".join(sorted(others))
            yield Finding.fail(task, f"{argument}: {own} has {role.address}, the role of {names}")


def _named(name: Any, known: frozenset[str]) -> str | None:
    """Return the component that the name of a role contains; the longest, because ``worker`` is in ``worker-heavy``."""
    if not isinstance(name, str) or not is_known(name):
        return None
    found = (item for item in known if re.search(rf"(?<![a-z0-9]){re.escape(item)}(?![a-z0-9])", name))
    return max(found, key=len, default=None)


rule = OwnComponent()
