"""Everything that is applied together, as the rules see it.

One `Configuration` holds all stacks that read each other's outputs: `dev-foundation` and `dev-airflow` together.
`terraform_gate.reading.loading` makes it from synthesized JSON, from plans, or from both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from terraform_gate.reading.expression import Reference, reference, references
from terraform_gate.terraform_resource import Resource


@dataclass(frozen=True)
class Stack:
    """One Terraform root. `metadata` is the top-level `"//"` of its JSON: waivers, flows, what the synthesizer left."""

    name: str
    file: Path = Path()
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Configuration:
    """The resources of one or more stacks, with references between them resolved."""

    stacks: tuple[Stack, ...]
    resources: Mapping[str, Resource] = field(repr=False)

    @property
    def title(self) -> str:
        """What problems call it: the names of its stacks."""
        return ", ".join(stack.name for stack in self.stacks)

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """List the managed resources of these types, in file order."""
        return tuple(resource for kind in types for resource in self._by_type.get(kind, ()))

    def data_of_type(self, *types: str) -> tuple[Resource, ...]:
        """List the data sources of these types."""
        wanted = set(types)
        return tuple(item for item in self.resources.values() if item.is_data and item.type in wanted)

    def find(self, value: Any) -> Resource | None:
        """Give the resource that `value` (`"${...}"` or a `Reference`) means; None for a literal or an outside one."""
        target = value if isinstance(value, Reference) else reference(value)
        if target is None:
            return None
        return self.resources.get(target.key) or self.resources.get(_without_index(target.key))

    def mentioned_in(self, value: Any) -> tuple[Resource, ...]:
        """List the resources that `value` mentions anywhere, each once."""
        found = (self.find(target) for target in references(value))
        return tuple({item.key: item for item in found if item}.values())

    def users_of(self, resource: Resource, *types: str) -> tuple[Resource, ...]:
        """List the resources (of these types, or all) whose body mentions `resource`."""
        users = self._users.get(resource.key, ())
        return tuple(self.resources[key] for key in users if not types or self.resources[key].type in types)

    def metadata(self, name: str) -> tuple[Any, ...]:
        """Collect the lists called `name` from the top-level `"//"` of all stacks."""
        return tuple(item for stack in self.stacks for item in stack.metadata.get(name) or ())

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources.values():
            if not resource.is_data:
                index[resource.type].append(resource)
        return index

    @cached_property
    def _users(self) -> Mapping[str, tuple[str, ...]]:
        index: dict[str, dict[str, None]] = defaultdict(dict)
        for resource in self.resources.values():
            for target in self.mentioned_in(resource.body):
                index[target.key][resource.key] = None
        return {key: tuple(users) for key, users in index.items()}


def configuration_of(resources: Iterable[Resource], *, stacks: Iterable[Stack] = ()) -> Configuration:
    """Put resources together; stacks that are not given are made from the resources' own names."""
    listed = {resource.key: resource for resource in resources}
    known = {stack.name: stack for stack in stacks}
    for resource in listed.values():
        known.setdefault(resource.stack, Stack(name=resource.stack, file=resource.file))
    return Configuration(stacks=tuple(known.values()), resources=listed)


def _without_index(key: str) -> str:
    return key.rsplit("[", 1)[0] if key.endswith("]") else key
