"""The components of a configuration: security groups whose tag names one, and the task definitions that run it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import UnknownContainersError, containers_of
from terraform_gate.network.reading.security_groups import ENDPOINT_TAG
from terraform_gate.reading.expression import is_known
from terraform_gate.terraform_resource import Resource, items

_WORKLOADS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws_ecs_service": (("network_configuration", "security_groups"), ("task_definition",)),
    "aws_ecs_task_set": (("network_configuration", "security_groups"), ("task_definition",)),
    "aws_scheduler_schedule": (
        ("target", "ecs_parameters", "network_configuration", "security_groups"),
        ("target", "ecs_parameters", "task_definition_arn"),
    ),
    "aws_cloudwatch_event_target": (
        ("ecs_target", "network_configuration", "security_groups"),
        ("ecs_target", "task_definition_arn"),
    ),
    "aws_pipes_pipe": (
        (
            *("target_parameters", "ecs_task_parameters", "network_configuration", "aws_vpc_configuration"),
            "security_groups",
        ),
        ("target_parameters", "ecs_task_parameters", "task_definition_arn"),
    ),
}
"""Resource type -> path of the security groups, path of the task definition."""
WORKLOADS = tuple(_WORKLOADS)
"""Types of the resources that start ECS tasks."""


def component_of_group(group: Resource) -> str | None:
    """Return the component that the tag of a security group names."""
    name = group.get("tags", ENDPOINT_TAG)
    return str(name) if name and is_known(name) else None


def components(configuration: Configuration) -> frozenset[str]:
    """Return the components that the tags of security groups name."""
    groups = configuration.of_type("aws_security_group")
    return frozenset(name for group in groups if (name := component_of_group(group)))


def component_of_task(task: Resource, known: frozenset[str]) -> str | None:
    """Return the component whose name one of the containers has; None when there is none, or when it is not known."""
    try:
        names = [container.name for container in containers_of(task)]
    except UnknownContainersError:
        return None
    return next((name for name in names if name in known), None)


def groups_of(workload: Resource, configuration: Configuration) -> Iterator[Resource]:
    """Yield the security groups of a workload that are in the configuration."""
    found = (configuration.find(value) for value in items(workload.get(*_WORKLOADS[workload.type][0])))
    yield from (group for group in found if group is not None)


def task_of(workload: Resource, configuration: Configuration) -> Resource | None:
    """Return the task definition of a workload, by its ARN or in a text such as ``${...family}:${...revision}``."""
    value = workload.get(*_WORKLOADS[workload.type][1])
    named = (item for item in configuration.mentioned_in(value) if item.type == "aws_ecs_task_definition")
    return configuration.find(value) or next(named, None)
