"""The Fargate tasks of an environment, read from its synthesized JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from environments.facts.stacks import AIRFLOW, FOUNDATION, stack_name
from local.compose.errors import Refused
from local.compose.references import References
from local.containers.definition import ContainerDefinition, DefinitionError, read_all

FILE = "cdk.tf.json"
# The stack that runs tasks, and the one below it whose outputs it reads, after the environment's name.
RUNS, BELOW = AIRFLOW, FOUNDATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task definition with all references resolved.

    ``names``: internal DNS names of its service; ``behind_door``: the port that a load balancer leads to;
    ``is_service``: ECS keeps it running, otherwise somebody runs it once.
    """

    name: str
    containers: tuple[ContainerDefinition, ...]
    volumes: tuple[str, ...] = ()
    memory_mib: int | None = None
    names: tuple[str, ...] = ()
    behind_door: int | None = None
    is_service: bool = False

    @property
    def main(self) -> ContainerDefinition:
        """The container that the task is there for: the first essential one."""
        return next(container for container in self.containers if container.essential)


def read(environment: str, *, stacks: Path) -> tuple[Task, ...]:
    """The tasks of ``environment``, in the order of their names.

    Raises Refused where it is not synthesized, or where a definition or a reference cannot be followed.
    """
    stack = _document(stacks, environment, RUNS)
    others = {BELOW: _document(stacks, environment, BELOW)}
    references = References(stack=stack, others=others)
    services = dict(_services(references))
    resources = stack.get("resource", {}).get("aws_ecs_task_definition", {})
    return tuple(_task(references, body, services.get(name)) for name, body in sorted(resources.items()))


def _document(stacks: Path, environment: str, part: str) -> Mapping[str, Any]:
    file = stacks / stack_name(environment, part) / FILE
    try:
        document: Mapping[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        known = sorted(folder.name.removesuffix(f"-{RUNS}") for folder in stacks.glob(f"*-{RUNS}"))
        raise Refused(
            f"{environment}: there is no {file}. Fix: make synth, or one of {', '.join(known) or 'no environment'}"
        ) from None
    except ValueError as error:
        raise Refused(f"{file}: no JSON ({error}). Fix: make synth") from error
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
        raise Refused(str(error)) from error
    containers = tuple(_resolved(references, one) for one in definitions)
    task = Task(
        name=next(one.name for one in containers if one.essential),
        containers=containers,
        volumes=tuple(volume["name"] for volume in _blocks(body.get("volume"))),
        memory_mib=int(body["memory"]) if body.get("memory") else None,
    )
    if service is None:
        return task
    doors = [int(door["container_port"]) for door in _blocks(service.get("load_balancer"))]
    return replace(
        task, is_service=True, names=_internal_names(references, service), behind_door=doors[0] if doors else None
    )


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
    """A block of Terraform's JSON is an object or a list of objects."""
    if not value:
        return []
    return list(value) if isinstance(value, list) else [value]
