"""Secrets that ECS gives to containers, and the task roles that can read those of other task definitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.components import component_of_task, components
from terraform_gate.ecs.containers import UnknownContainersError, containers_of
from terraform_gate.ecs.secret_sources import READING, SecretSource, source_of
from terraform_gate.iam.candidates import Named
from terraform_gate.iam.decision.patterns import overlap
from terraform_gate.iam.identities import Identity, normalized
from terraform_gate.iam.normalized_arns import HERE, HOME
from terraform_gate.reading.expression import marked, references, replaced
from terraform_gate.terraform_resource import Resource

BY_PATH = "ssm:getparametersbypath"
"""Whoever may read a path may read every parameter below it, whatever its policies say about a single parameter.
Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html"""
_PARAMETER = ":parameter/"


@dataclass(frozen=True)
class Injected:
    """A secret of a task definition, under one of the ARNs that a policy can name."""

    source: SecretSource
    task: Resource
    arn: str


class InjectedSecrets:
    """The secrets of all task definitions of a configuration.

    Args:
        configuration: The configuration.

    Attributes:
        unread: Address of each task definition without readable containers -> why.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration, self._known = configuration, components(configuration)
        self.tasks: dict[str, list[Resource]] = defaultdict(list)
        self.unread: dict[str, str] = {}
        found: list[Injected] = []
        for task in configuration.of_type("aws_ecs_task_definition"):
            role = configuration.find(task.get("task_role_arn"))
            if role is not None:
                self.tasks[role.key].append(task)
            try:
                found += _injected(task, configuration)
            except UnknownContainersError as error:
                self.unread[task.address] = str(error)
        self._all = tuple(found)
        self._read = Named(self._all, lambda item: item.arn)
        self._paths = Named(
            tuple(Injected(item.source, item.task, path) for item in found for path in _paths_to(item.arn)),
            lambda item: item.arn,
        )

    def foreign(self, identity: Identity) -> Iterator[Injected]:
        """Yield the secrets of other task definitions that a task role can read."""
        own = self._own(identity)
        for action in READING:
            named = self._paths if action == BY_PATH else self._read
            for item in named.by(identity, action):
                if item.source.names not in own and identity.may(action, item.arn):
                    yield item

    def foreign_paths(self, identity: Identity) -> Iterator[tuple[str, str]]:
        """Yield the resource of a policy, and the other component whose name is a part of its path."""
        own = {name for task in self.tasks[identity.resource.key] if (name := component_of_task(task, self._known))}
        for resource in _readable(identity) if own else ():
            parts = set(resource.rpartition(":")[2].split("/")[1:])
            if not parts & own:
                yield from ((resource, name) for name in sorted(parts & self._known))

    def undecided(self, identity: Identity) -> Iterator[str]:
        """Yield the reasons why a task role could read further secrets of other task definitions."""
        own = self._own(identity)
        others = [item for item in self._all if item.source.names not in own]
        if others or self.unread:
            yield from identity.principal.unknown
        for resource in _readable(identity):
            pattern = normalized(replaced(resource, _any_unless_reference), self._configuration)
            if pattern != normalized(resource, self._configuration) and any(overlap(pattern, o.arn) for o in others):
                yield f"it can read {resource}, which is not known before the apply"
            yield from (f"it can read {resource}; {task}: {why}" for task, why in self.unread.items())

    def _own(self, identity: Identity) -> set[tuple[str, ...]]:
        """Return the names of the secrets of the role's tasks; whoever reads one key of a secret reads all."""
        tasks = {task.key for task in self.tasks[identity.resource.key]}
        return {item.source.names for item in self._all if item.task.key in tasks}


def _injected(task: Resource, configuration: Configuration) -> Iterator[Injected]:
    for container in containers_of(task):
        for value in container.secrets.values():
            source = source_of(value, configuration)
            yield from (Injected(source, task, arn) for arn in dict.fromkeys(_arns(source, configuration)))


def _arns(source: SecretSource, configuration: Configuration) -> Iterator[str]:
    """Yield the normalized ARNs of a secret, as far as they are known."""
    for name in source.names:
        if name.startswith(":"):
            suffix = "-a1B2c3" if source.service == "secretsmanager" and not source.value.startswith("arn:") else ""
            yield f"arn:aws:{source.service}:{HERE}:{HOME}{name}{suffix}"
        elif name.startswith("arn:"):
            yield normalized(name, configuration)
        else:
            yield normalized(marked(f"{name}.arn"), configuration)


def _paths_to(arn: str) -> Iterator[str]:
    """Yield the ARNs of the paths above a parameter."""
    head, found, name = arn.partition(_PARAMETER)
    steps = name.split("/")[:-1] if found else []
    yield from (f"{head}{_PARAMETER}{'/'.join(steps[:length])}" for length in range(len(steps) + 1) if found)


def _readable(identity: Identity) -> Sequence[str]:
    grants = (grant for action in READING for grant in identity.principal.grants_of(action))
    return list(dict.fromkeys(resource for grant in grants for resource in grant.statement.resources))


def _any_unless_reference(expression: str) -> str:
    return expression if references(expression) else "*"
