"""Evaluates the resources and outputs of a root, from its Terraform JSON or from its plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from terraform_gate.configuration import Stack
from terraform_gate.reading.dynamic_blocks import expanded
from terraform_gate.reading.evaluation import Lookup, Scope
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.plan_expression import refine, source_value
from terraform_gate.reading.plan_file import PlannedModule, PlannedResource, planned_modules, planned_resources
from terraform_gate.reading.state_references import state_references, with_references
from terraform_gate.reading.terraform_root import TerraformRoot
from terraform_gate.terraform_resource import Resource, items


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
    """Terraform JSON: values are known from defaults of variables, locals and outputs of other stacks."""

    def __init__(self, root: TerraformRoot) -> None:
        """Make the scope of the root module."""
        self.root = root
        self._scope = Scope(
            prefix=f"{root.name}//",
            defaults=_defaults(root),
            local_values=root.blocks.get("locals", {}),
            attribute=self._argument,
        )

    def connect(self, remote_output: Lookup) -> None:
        """Set the lookup of other stacks' outputs."""
        self._scope.remote_output = remote_output

    def output(self, name: str) -> Any:
        """Evaluate an output.

        Raises:
            LookupError: There is no output of that name.
        """
        return self._scope.evaluate(self.root.blocks["output"][name]["value"])

    def resources(self) -> Iterator[Resource]:
        """Yield managed resources and data sources without those of ``count = 0``."""
        for block_type, prefix in (("resource", ""), ("data", "data.")):
            for kind, name, body in self.root.bodies(block_type):
                evaluated = self._scope.evaluate({key: value for key, value in body.items() if key != "//"})
                if evaluated.get("count") != 0:
                    yield Resource(
                        stack=self.root.name,
                        address=f"{prefix}{kind}.{name}",
                        type=kind,
                        name=name,
                        body=expanded(evaluated),
                        file=self.root.files[0],
                        construct_path=construct_path(body),
                        stack_trace=stack_trace(body),
                    )

    def stack(self) -> Stack:
        """Return name, file, metadata and outputs."""
        outputs = {name: self.output(name) for name in self.root.blocks.get("output", {})}
        return Stack(
            name=self.root.name,
            file=self.root.files[0],
            metadata=self.root.metadata,
            outputs=outputs,
            accounts=_accounts(self._scope.evaluate(self.root.blocks.get("provider", {}).get("aws"))),
        )

    def _argument(self, address: str, name: str) -> Any:
        kind, _, label = address.partition(".")
        return self.root.blocks["resource"][kind][label][name]


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
            written = expanded(self._scopes[item.module].evaluate(_source(item.expressions)))
            yield Resource(
                stack=self.root.name,
                address=item.address,
                type=item.type,
                name=item.name,
                is_planned=True,
                body=with_references(refine(item.values, _unknown(item), written), references),
                file=self.file,
                construct_path=construct_path(bodies.get(item.address.partition("[")[0], {})),
                stack_trace=stack_trace(bodies.get(item.address.partition("[")[0], {})),
            )

    def stack(self) -> Stack:
        """Return name, file, the metadata of the Terraform JSON, and outputs."""
        outputs = {name: self.output(name) for name in self._outputs[""]}
        return Stack(
            name=self.root.name,
            file=self.file,
            metadata=self.root.metadata,
            outputs=outputs,
            accounts=_accounts(self.root.blocks.get("provider", {}).get("aws")),
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


def construct_path(body: Mapping[str, Any]) -> str:
    """Return the path of the construct that defined a resource, which CDKTF writes under ``"//"``."""
    return str(_metadata(body).get("path", ""))


def stack_trace(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the stack trace of the construct, which CDKTF writes under ``"//"`` where the app asks for it."""
    frames = _metadata(body).get("stackTrace")
    return tuple(frame for frame in frames if isinstance(frame, str)) if isinstance(frames, list) else ()


def _metadata(body: Mapping[str, Any]) -> Mapping[str, Any]:
    comment = body.get("//")
    found = comment.get("metadata", comment) if isinstance(comment, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _accounts(providers: Any) -> frozenset[str]:
    """Return the known ``allowed_account_ids`` of provider blocks."""
    blocks = (block for block in items(providers) if isinstance(block, Mapping))
    return frozenset(
        str(account) for block in blocks for account in items(block.get("allowed_account_ids")) if is_known(account)
    )


def _defaults(root: TerraformRoot) -> Mapping[str, Any]:
    variables = root.blocks.get("variable", {})
    return {
        name: body["default"] for name, body in variables.items() if isinstance(body, Mapping) and "default" in body
    }
