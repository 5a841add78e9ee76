"""The stacks that rules evaluate together.

A ``Configuration`` contains all stacks that read each other's outputs, such as ``dev-foundation`` and ``dev-airflow``.
``terraform_gate.reading.loading`` makes it from Terraform JSON, from plans, or from both.
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
    """One Terraform root.

    Attributes:
        name: Name of the stack.
        file: The first file of the root.
        metadata: The top-level ``"//"`` of the Terraform JSON: waivers, declared flows.
        outputs: The evaluated outputs.
        accounts: ``allowed_account_ids`` of its AWS providers; empty when they state none.
        settings: Its backend and providers, as resources (see ``reading.settings``).
    """

    name: str
    file: Path = Path()
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    accounts: frozenset[str] = frozenset()
    settings: tuple[Resource, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Configuration:
    """The resources of one or more stacks, by ``Resource.key``, with resolvable references between them.

    ``other_stacks`` are the stacks of the same run that neither read the state of these stacks nor are read by them.
    """

    stacks: tuple[Stack, ...]
    resources: Mapping[str, Resource] = field(repr=False)
    other_stacks: tuple[Stack, ...] = field(default=(), repr=False)

    @property
    def title(self) -> str:
        """The names of the stacks, for messages."""
        return ", ".join(stack.name for stack in self.stacks)

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """List the managed resources of these types, in the order of the files."""
        return tuple(resource for kind in types for resource in self._by_type.get(kind, ()))

    def data_of_type(self, *types: str) -> tuple[Resource, ...]:
        """List the data sources of these types."""
        wanted = set(types)
        return tuple(item for item in self.resources.values() if item.is_data and item.type in wanted)

    def find(self, value: Any) -> Resource | None:
        """Return the resource that ``value`` (``"${...}"`` or a ``Reference``) refers to.

        Returns:
            None when ``value`` is a literal, or refers to a resource of another configuration.
        """
        target = value if isinstance(value, Reference) else reference(value)
        if target is None:
            return None
        exact = self.resources.get(target.key) or self.resources.get(_without_index(target.key))
        return exact or next(iter(self._instances.get(_without_index(target.key), ())), None)

    def mentioned_in(self, value: Any) -> tuple[Resource, ...]:
        """List the resources that ``value`` refers to at any depth, without duplicates; all instances of ``a.b[*]``."""
        found: dict[str, Resource] = {}
        for target in references(value):
            item = self.find(target)
            exact = item is not None and item.key in {target.key, _without_index(target.key)}
            for instance in (item,) if exact else self._instances.get(_without_index(target.key), ()):
                if instance:
                    found[instance.key] = instance
        return tuple(found.values())

    def users_of(self, resource: Resource, *types: str) -> tuple[Resource, ...]:
        """List the resources (of these types, or of all types) whose arguments refer to ``resource``."""
        users = self._users.get(resource.key, ())
        return tuple(self.resources[key] for key in users if not types or self.resources[key].type in types)

    def metadata(self, name: str) -> tuple[Any, ...]:
        """Join the lists called ``name`` in the top-level ``"//"`` of all stacks."""
        return tuple(item for stack in self.stacks for item in stack.metadata.get(name) or ())

    def accounts_of(self, resource: Resource) -> frozenset[str]:
        """Return the accounts that the stack of ``resource`` deploys to; empty when the stack does not state them."""
        return next((stack.accounts for stack in self.stacks if stack.name == resource.stack), frozenset())

    @cached_property
    def _by_type(self) -> Mapping[str, list[Resource]]:
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources.values():
            if not resource.is_data:
                index[resource.type].append(resource)
        return index

    @cached_property
    def _instances(self) -> Mapping[str, list[Resource]]:
        index: dict[str, list[Resource]] = defaultdict(list)
        for key, resource in self.resources.items():
            if key.endswith("]"):
                index[_without_index(key)].append(resource)
        return index

    @cached_property
    def _users(self) -> Mapping[str, tuple[str, ...]]:
        index: dict[str, dict[str, None]] = defaultdict(dict)
        for resource in self.resources.values():
            for target in self.mentioned_in(resource.body):
                index[target.key][resource.key] = None
        return {key: tuple(users) for key, users in index.items()}


def configuration_of(
    resources: Iterable[Resource], *, stacks: Iterable[Stack] = (), other_stacks: Iterable[Stack] = ()
) -> Configuration:
    """Make a configuration of ``resources``; a stack that is not given gets the name that its resources have."""
    listed = {resource.key: resource for resource in resources}
    known = {stack.name: stack for stack in stacks}
    for resource in listed.values():
        known.setdefault(resource.stack, Stack(name=resource.stack, file=resource.file))
    return Configuration(stacks=tuple(known.values()), resources=listed, other_stacks=tuple(other_stacks))


def _without_index(key: str) -> str:
    return key.rsplit("[", 1)[0] if key.endswith("]") else key
