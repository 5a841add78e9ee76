"""Sizes, roles and secrets of Fargate tasks and stores in words."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.comparison.access import without_stack
from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import UnknownContainersError, containers_of
from terraform_gate.terraform_resource import Resource

Pairs = tuple[tuple[str, str], ...]


def task_definition_of(configuration: Configuration, resource: Resource) -> Resource | None:
    """The task definition of an ECS service, of a schedule, or of the one-off task with this security group."""
    if resource.type == "aws_ecs_service":
        return configuration.find(resource.get("task_definition"))
    if resource.type == "aws_scheduler_schedule":
        return configuration.find(resource.get("target", "ecs_parameters", "task_definition_arn"))
    construct = resource.construct_path.rpartition("/")[0]
    tasks = configuration.of_type("aws_ecs_task_definition")
    return next((task for task in tasks if construct and task.construct_path.startswith(f"{construct}/")), None)


def task_size(task: Resource) -> str:
    """CPU and memory of a task definition, such as ``0.5 vCPU, 1 GiB``."""
    cpu, memory = number(task.get("cpu")), number(task.get("memory"))
    return f"{cpu / 1024:g} vCPU, {memory / 1024:g} GiB" if cpu and memory else "size not known"


def task_counts(configuration: Configuration, service: Resource) -> tuple[int, int]:
    """Smallest and largest number of Fargate tasks of an ECS service."""
    wanted = int(number(service.get("desired_count", default=1)))
    for target in configuration.of_type("aws_appautoscaling_target"):
        if str(target.get("resource_id")).rpartition("/")[2] == str(service.get("name")):
            return int(number(target.get("min_capacity"))), int(number(target.get("max_capacity")))
    return wanted, wanted


def spot_share(service: Resource) -> float:
    """Share of Fargate tasks above the base that run on Spot capacity, 0 to 1."""
    weights = {
        str(item.get("capacity_provider")): number(item.get("weight"))
        for item in service.blocks("capacity_provider_strategy")
    }
    total = sum(weights.values())
    return weights.get("FARGATE_SPOT", 0) / total if total else 0.0


def on_demand_base(service: Resource) -> int:
    """Number of Fargate tasks that always run on demand."""
    return int(
        max(
            (
                number(item.get("base"))
                for item in service.blocks("capacity_provider_strategy")
                if item.get("capacity_provider") == "FARGATE"
            ),
            default=0,
        )
    )


def roles_of(configuration: Configuration, task: Resource) -> Pairs:
    """Names of the roles of a task definition, by purpose."""
    wanted = (("task role", "task_role_arn"), ("execution role", "execution_role_arn"))
    found = ((label, configuration.find(task.get(name))) for label, name in wanted)
    return tuple((label, str(role.get("name", default=role.name))) for label, role in found if role)


def secrets_of(task: Resource) -> Pairs:
    """Environment variables that receive a secret, with the name of its origin; never a value."""
    try:
        return tuple(dict.fromkeys(_secrets(task)))
    except UnknownContainersError:
        return ()


def _secrets(task: Resource) -> Iterator[tuple[str, str]]:
    for container in containers_of(task):
        for name, origin in container.secrets.items():
            yield name, short(str(origin))


def short(text: str) -> str:
    """A reference without ``${}``, stack and attribute; an ARN without account.

    >>> short("${prod-foundation//aws_ssm_parameter.database_password.arn}")
    'aws_ssm_parameter.database_password'
    """
    plain = without_stack(text).replace("${", "").replace("}", "")
    return plain.removesuffix(".arn").removesuffix(".id").removesuffix(".name")


def number(value: object) -> float:
    """The number in a Terraform value; 0 when it is not known."""
    try:
        return float(str(value))
    except ValueError:
        return 0.0
