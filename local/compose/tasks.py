"""Reads the Fargate tasks of an environment from its synthesized stacks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from environments.facts.stacks import AIRFLOW, FOUNDATION, stack_name
from local.compose.errors import PreconditionError
from local.compose.references import References
from local.containers.definition import ContainerDefinition, DefinitionError, read_all

FILE = "cdk.tf.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task definition with all references resolved.

    Args:
        name: name of the main container.
        memory_mib: memory of the whole task.
        names: internal DNS names of its service.
        load_balancer_port: container port of the load balancer's target group.
        is_service: whether an ECS service keeps it running; a one-off or scheduled task otherwise.
    """

    name: str
    containers: tuple[ContainerDefinition, ...]
    volumes: tuple[str, ...] = ()
    memory_mib: int | None = None
    names: tuple[str, ...] = ()
    load_balancer_port: int | None = None
    is_service: bool = False

    @property
    def main(self) -> ContainerDefinition:
        """The main container: the first essential one."""
        return next(container for container in self.containers if container.essential)


def read(environment: str, *, stacks: Path) -> tuple[Task, ...]:
    """Read the tasks of ``environment``.

    Args:
        stacks: folder of the synthesized stacks.

    Returns:
        The tasks, sorted by resource name.

    Raises:
        PreconditionError: a stack is missing, or a task definition or reference cannot be translated.
    """
    stack = _document(stacks, environment, AIRFLOW)
    others = {FOUNDATION: _document(stacks, environment, FOUNDATION)}
    references = References(stack=stack, others=others)
    services = dict(_services(references))
    resources = stack.get("resource", {}).get("aws_ecs_task_definition", {})
    return tuple(_task(references, body, services.get(name)) for name, body in sorted(resources.items()))


def _document(stacks: Path, environment: str, part: str) -> Mapping[str, Any]:
    file = stacks / stack_name(environment, part) / FILE
    try:
        document: Mapping[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        known = sorted(folder.name.removesuffix(f"-{AIRFLOW}") for folder in stacks.glob(f"*-{AIRFLOW}"))
        raise PreconditionError(
            f"{environment}: {file} does not exist. Synthesized environments: {', '.join(known) or 'none'}. "
            "Fix: make synth, or ENV=<a synthesized environment>"
        ) from None
    except ValueError as error:
        raise PreconditionError(f"{file}: not valid JSON ({error}). Fix: make synth") from error
    return document


def _services(references: References) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for body in references.stack.get("resource", {}).get("aws_ecs_service", {}).values():
        found = references.resource(body["task_definition"], kind="aws_ecs_task_definition")
        if found:
            yield found[0], body


def _task(references: References, body: Mapping[str, Any], service: Mapping[str, Any] | None) -> Task:
    try:
        definitions = read_all(body["container_definitions"])
    except DefinitionError as error:
        raise PreconditionError(str(error)) from error
    containers = tuple(_resolved(references, definition) for definition in definitions)
    task = Task(
        name=next(container.name for container in containers if container.essential),
        containers=containers,
        volumes=tuple(volume["name"] for volume in _blocks(body.get("volume"))),
        memory_mib=int(body["memory"]) if body.get("memory") else None,
    )
    if service is None:
        return task
    ports = [int(block["container_port"]) for block in _blocks(service.get("load_balancer"))]
    names = _internal_names(references, service)
    return replace(task, is_service=True, names=names, load_balancer_port=ports[0] if ports else None)


def _resolved(references: References, container: ContainerDefinition) -> ContainerDefinition:
    text = references.text
    return replace(
        container,
        image=text(container.image),
        command=tuple(map(text, container.command)),
        environment={name: text(value) for name, value in container.environment.items()},
        secrets={name: text(value) for name, value in container.secrets.items()},
    )


def _internal_names(references: References, service: Mapping[str, Any]) -> tuple[str, ...]:
    names = []
    for registry in _blocks(service.get("service_registries")):
        found = references.resource(registry["registry_arn"], kind="aws_service_discovery_service")
        if found:
            space = references.resource(
                found[1]["dns_config"]["namespace_id"], kind="aws_service_discovery_private_dns_namespace"
            )
            names.append(f"{found[1]['name']}.{space[1]['name']}" if space else found[1]["name"])
    return tuple(names)


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    """The bodies of a block, which Terraform JSON writes as an object or as a list of objects."""
    if not value:
        return []
    return list(value) if isinstance(value, list) else [value]
