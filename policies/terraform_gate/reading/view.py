"""Evaluates the resources and outputs of a root, from its Terraform JSON or from its plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from terraform_gate.configuration import Stack
from terraform_gate.reading.construct_metadata import construct_path, stack_trace
from terraform_gate.reading.evaluation import Lookup, Scope
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.module_instance import ModuleInstance
from terraform_gate.reading.plan_expression import refine, source_value
from terraform_gate.reading.plan_file import PlannedModule, PlannedResource, planned_modules, planned_resources
from terraform_gate.reading.settings import PROVIDER, settings_of
from terraform_gate.reading.state_references import state_references, with_references
from terraform_gate.reading.terraform_root import TerraformRoot
from terraform_gate.terraform_resource import Resource


class View(Protocol):
    """The interface of both views; ``root`` contains the backend and the remote states."""

    root: TerraformRoot

    def connect(self, remote_output: Lookup) -> None:
        """Set the lookup of other stacks' outputs; called before any other method."""

    def output(self, name: str) -> Any:
        """Evaluate an output of the root module.

        Raises:
            LookupError: There is no output of that name.
        """

    def resources(self) -> Iterator[Resource]:
        """Yield the evaluated resources and data sources."""

    def stack(self) -> Stack:
        """Return the stack of the resources."""


class JsonView:
    """A configuration without its plan: values are known from variables, locals, modules and other stacks' outputs."""

    def __init__(self, root: TerraformRoot) -> None:
        """Take the root module."""
        self.root = root
        self._module = ModuleInstance.root(root)

    def connect(self, remote_output: Lookup) -> None:
        """Set the lookup of other stacks' outputs."""
        self._module.scope.remote_output = remote_output

    def output(self, name: str) -> Any:
        """Evaluate an output.

        Raises:
            LookupError: There is no output of that name.
        """
        return self._module.output(name)

    def resources(self) -> Iterator[Resource]:
        """Yield the instances of managed resources and data sources, those of modules included."""
        return self._module.resources()

    def stack(self) -> Stack:
        """Return name, file, metadata and outputs."""
        outputs = {name: self.output(name) for name in self.root.blocks.get("output", {})}
        settings = settings_of(self.root, self._module.scope.evaluate)
        return Stack(
            name=self.root.name,
            file=self.root.files[0],
            metadata=self.root.metadata,
            outputs=outputs,
            accounts=_accounts(settings),
            settings=settings,
        )


@dataclass
class PlanView:
    """A plan; ``root`` is the Terraform JSON of the same stack, or an empty root, because plans have no metadata."""

    root: TerraformRoot
    file: Path
    document: Mapping[str, Any] = field(repr=False)
    _scopes: dict[str, Scope] = field(default_factory=dict, init=False, repr=False)
    _outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict, init=False, repr=False)
    _values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, init=False, repr=False)

    def connect(self, remote_output: Lookup) -> None:
        """Make the scopes of all modules."""
        for module in planned_modules(self.document):
            self._outputs[module.address] = module.outputs
            self._scopes[module.address] = self._scope(module, remote_output)
        self._values = {item.address: item.values for item in planned_resources(self.document)}

    def output(self, name: str) -> Any:
        """Evaluate an output of the root module.

        Raises:
            LookupError: There is no output of that name.
        """
        return self._scopes[""].evaluate(self._outputs[""][name])

    def resources(self) -> Iterator[Resource]:
        """Yield every instance that exists after the apply."""
        references = state_references(self.document, self._scopes[""])
        bodies = {f"{kind}.{name}": body for kind, name, body in self.root.bodies("resource")}
        for item in planned_resources(self.document):
            written = self._scopes[item.module].evaluate(_source(item.expressions))
            body = with_references(refine(item.values, _unknown(item), written), references)
            source = bodies.get(item.address.partition("[")[0])
            meta = {"lifecycle": source["lifecycle"]} if source and "lifecycle" in source else {}
            yield Resource(
                stack=self.root.name,
                address=item.address,
                type=item.type,
                name=item.name,
                is_planned=True,
                has_lifecycle=source is not None,
                body={**body, **self._scopes[item.module].evaluate(meta)},
                file=self.file,
                construct_path=construct_path(source or {}),
                stack_trace=stack_trace(source or {}),
            )

    def stack(self) -> Stack:
        """Return name, file, the metadata of the Terraform JSON, and outputs."""
        outputs = {name: self.output(name) for name in self._outputs[""]}
        settings = settings_of(self.root, self._scopes[""].evaluate)
        return Stack(
            name=self.root.name,
            file=self.file,
            metadata=self.root.metadata,
            outputs=outputs,
            accounts=_accounts(settings),
            settings=settings,
        )

    def _scope(self, module: PlannedModule, remote_output: Lookup) -> Scope:
        prefix = f"{module.address}." if module.address else ""
        is_root = not module.address
        return Scope(
            prefix=f"{self.root.name}//{prefix}",
            defaults=module.variables,
            local_values=self.root.blocks.get("locals", {}) if is_root else {},
            inputs=module.inputs,
            parent=None if is_root else self._scopes[module.parent],
            remote_output=remote_output,
            module_output=lambda call, name: self._module_output(f"{prefix}{call}", name),
            attribute=lambda address, name: self._values[f"{prefix}{address}"][name],
        )

    def _module_output(self, address: str, name: str) -> Any:
        return self._scopes[address].evaluate(self._outputs[address][name])


def _source(expressions: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: source_value(item) for name, item in expressions.items()}


def _unknown(item: PlannedResource) -> Mapping[str, Any]:
    """Return the unknown arguments without those that only the provider computes."""
    return {name: value for name, value in item.unknown.items() if value is not True or name in item.expressions}


def _accounts(settings: Iterable[Resource]) -> frozenset[str]:
    """Return the known ``allowed_account_ids`` of the AWS providers."""
    providers = (item for item in settings if item.type == PROVIDER and item.name == "aws")
    return frozenset(
        str(account) for item in providers for account in item.values("allowed_account_ids") if is_known(account)
    )
