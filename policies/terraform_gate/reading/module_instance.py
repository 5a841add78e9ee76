"""Evaluates one instance of a module: its resources, its outputs, and the modules that it calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from terraform_gate.reading.construct_metadata import construct_path, stack_trace
from terraform_gate.reading.dynamic_blocks import evaluated_body
from terraform_gate.reading.evaluation import Scope
from terraform_gate.reading.expression import is_known, marked
from terraform_gate.reading.taint import Taint
from terraform_gate.reading.terraform_root import TerraformRoot
from terraform_gate.reading.values import UnknownError, pairs_of
from terraform_gate.terraform_resource import Resource

_META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on", "//"})
_MOST_INSTANCES = 1000
_STEPS_OF_A_RESOURCE = 200
"""A root may have 100,000 instances of resources: modules that multiply each other reach any number."""


@dataclass(frozen=True)
class Instance:
    """One instance of a resource or of a module call.

    Attributes:
        suffix: ``[0]`` or ``["a"]``; empty for the only instance.
        bindings: The values of ``count`` and ``each``.
        may_be_absent: Whether ``count`` or ``for_each`` is not known: there may be no instance.
    """

    suffix: str = ""
    bindings: Mapping[str, Any] = field(default_factory=dict)
    may_be_absent: bool = False


def instances_of(body: Mapping[str, Any], scope: Scope) -> list[Instance]:
    """List the instances that ``count`` and ``for_each`` make; one instance when they are not known."""
    if body.get("count") is not None:
        return _counted(scope.evaluate(body["count"]))
    if body.get("for_each") is not None:
        return _for_each(scope.evaluate(body["for_each"]))
    return [Instance()]


def _counted(count: Any) -> list[Instance]:
    try:
        number = int(count)
    except (TypeError, ValueError):
        return [Instance(may_be_absent=True)]
    if number > _MOST_INSTANCES:
        return [Instance()]
    return [Instance(f"[{index}]", {"count": {"index": index}}) for index in range(number)]


def _for_each(each: Any) -> list[Instance]:
    try:
        pairs = [(key, value) if isinstance(each, Mapping) else (value, value) for key, value in pairs_of(each)]
    except UnknownError:
        return [Instance(may_be_absent=not isinstance(each, list | Mapping))]
    if len(pairs) > _MOST_INSTANCES or not all(isinstance(key, str) and is_known(key) for key, _ in pairs):
        return [Instance()]
    return [Instance(f"[{json.dumps(key)}]", {"each": {"key": key, "value": value}}) for key, value in pairs]


@dataclass
class ModuleInstance:
    """One instance of a module.

    Attributes:
        source: The blocks of the module.
        scope: The names that its expressions can refer to.
        stack: Name of the stack.
        address: ``module.a["x"].``; empty for the root module.
        may_be_absent: Whether the call may make no instance.
        taint: The secrets of the module.
    """

    source: TerraformRoot
    scope: Scope
    stack: str
    taint: Taint
    address: str = ""
    may_be_absent: bool = False
    _children: dict[str, Mapping[str, ModuleInstance]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def root(cls, root: TerraformRoot) -> ModuleInstance:
        """Make the instance of a root module."""
        scope = _scope(root, prefix=f"{root.name}//", folder=root.files[0].parent, root_folder=root.files[0].parent)
        scope.inputs = root.values
        return cls(source=root, scope=scope, stack=root.name, taint=Taint(root))

    def output(self, name: str) -> Any:
        """Evaluate an output.

        Raises:
            LookupError: There is no output of that name.
        """
        return self.scope.evaluate(self.source.blocks["output"][name]["value"])

    def resources(self) -> Iterator[Resource]:
        """Yield the instances of managed resources and data sources, then those of the modules that are called."""
        for block_type, prefix in (("resource", ""), ("data", "data.")):
            for kind, name, body in self.source.bodies(block_type):
                secrets = self.taint.secrets(body)
                for instance in instances_of(body, self.scope):
                    self.scope.budget.spend(_STEPS_OF_A_RESOURCE)
                    made = self._resource(kind, name, body, prefix=prefix, instance=instance)
                    yield replace(made, secrets=secrets) if secrets else made
        for label in self.source.modules:
            for child in self._called(label).values():
                yield from child.resources()

    def _resource(self, kind: str, name: str, body: Mapping[str, Any], *, prefix: str, instance: Instance) -> Resource:
        scope = replace(self.scope, bindings={**self.scope.bindings, **instance.bindings})
        local = f"{prefix}{kind}.{name}"
        file, line = self.source.positions.get(local, (self.source.files[0], 1))
        return Resource(
            stack=self.stack,
            address=f"{self.address}{local}{instance.suffix}",
            type=kind,
            name=name,
            body=evaluated_body({key: value for key, value in body.items() if key != "//"}, scope),
            file=file,
            line=line,
            construct_path=construct_path(body),
            stack_trace=stack_trace(body),
            may_be_absent=self.may_be_absent or instance.may_be_absent,
        )

    def __post_init__(self) -> None:
        """Let the expressions of the module refer to its resources and to the modules that it calls."""
        self.scope.module_output = self._module_output
        self.scope.attribute = self._argument
        self.scope.instances = self._instances

    def _argument(self, address: str, name: str) -> Any:
        kind, _, label = address.partition(".")
        return self.source.blocks["resource"][kind][label][name]

    def _instances(self, address: str) -> Any:
        """Return the references to the instances of a counted resource, as a list or a map."""
        block_type, local = (
            ("data", address.removeprefix("data.")) if address.startswith("data.") else ("resource", address)
        )
        kind, _, label = local.partition(".")
        body = self.source.blocks[block_type][kind][label]
        found = instances_of(body, self.scope)
        if not (body.get("count") or body.get("for_each")) or any(not item.suffix for item in found):
            raise LookupError(address)
        names = [marked(f"{self.scope.prefix}{address}{item.suffix}") for item in found]
        if body.get("count") is not None:
            return names
        return {str(item.bindings["each"]["key"]): name for item, name in zip(found, names, strict=True)}

    def _module_output(self, call: str, name: str) -> Any:
        label = call.removeprefix("module.").partition("[")[0]
        return self._called(label)[call].output(name)

    def _called(self, label: str) -> Mapping[str, ModuleInstance]:
        """Return the instances of one call; ``for_each`` of a call can need the outputs of another one.

        Raises:
            LookupError: The call depends on itself, or its module could not be read.
        """
        if label not in self._children:
            module, call = self.source.modules[label], self.source.blocks["module"][label]
            self._children[label] = {}  # for_each of the call may refer to the call
            self._children[label] = {
                f"module.{label}{instance.suffix}": self._child(label, call, module, instance)
                for instance in instances_of(call, self.scope)
            }
        return self._children[label]

    def _child(self, label: str, call: Mapping[str, Any], module: TerraformRoot, instance: Instance) -> ModuleInstance:
        address = f"{self.address}module.{label}{instance.suffix}."
        root_folder = Path(str(self.scope.bindings["path"]["root"]))
        scope = _scope(
            module, prefix=f"{self.stack}//{address}", folder=module.files[0].parent, root_folder=root_folder
        )
        scope.inputs = {name: value for name, value in call.items() if name not in _META}
        scope.parent = replace(self.scope, bindings={**self.scope.bindings, **instance.bindings})
        scope.budget = self.scope.budget
        return ModuleInstance(
            source=module,
            scope=scope,
            stack=self.stack,
            address=address,
            may_be_absent=self.may_be_absent or instance.may_be_absent,
            taint=self.taint.child(label),
        )


def _scope(module: TerraformRoot, *, prefix: str, folder: Path, root_folder: Path) -> Scope:
    variables = {name: body for name, body in module.blocks.get("variable", {}).items() if isinstance(body, Mapping)}
    return Scope(
        prefix=prefix,
        defaults={name: body["default"] for name, body in variables.items() if "default" in body},
        local_values=module.blocks.get("locals", {}),
        bindings={"path": {"module": str(folder), "root": str(root_folder), "cwd": str(root_folder)}},
        types={name: body["type"] for name, body in variables.items() if "optional(" in str(body.get("type", ""))},
    )
