"""Builds a construct or a stack with Terraform variables as values, and reads the synthesized module."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from cdktf import App, TerraformStack

from environments.model import Environment
from modules.export.caller_values import with_caller_values
from modules.export.cross_rules import with_applicable_rules
from modules.export.deferred_numbers import resolved_numbers, unresolved_number
from modules.export.dynamic_blocks import with_dynamic_blocks
from modules.export.exportable import ID
from modules.export.field_inputs import Rejected
from modules.export.hcl_template import simplified
from modules.export.inputs import Input
from modules.export.module_inputs import ModuleInputs
from modules.export.provider_data import with_checks, with_partition
from modules.export.repetition import unmarked, with_worker_groups
from modules.export.rewriting import add_preconditions, add_tags, repeat_for_clients, with_deferral_local, with_locals
from modules.export.structural_input import StructuralInputError
from modules.export.summaries import Group, groups

SECTIONS = ("data", "locals", "resource", "ephemeral", "moved")


class Source(Protocol):
    """A construct or a stack that can be built as a module."""

    @property
    def name(self) -> str: ...

    @property
    def purpose(self) -> str: ...

    @property
    def steps(self) -> str: ...

    def structural(self, structure: Environment) -> Mapping[str, str]:
        """Fields declared with ``plan`` that this module fixes all the same, with the reason."""
        ...

    def stack(self, app: App, inputs: ModuleInputs) -> TerraformStack: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module before it is written.

    Attributes:
        fixed: structural values by name.
        reasons: why a value is fixed although its field is declared with ``plan``, by name.
        sections: as in Terraform JSON.
        owners: the construct that made a resource, by address.
        groups: what the resource belongs to, for comments, by address.
        outputs: by name, as in Terraform JSON.
        rejected: values that a precondition rejects, for the tests, by a name.
    """

    name: str
    purpose: str
    inputs: tuple[Input, ...]
    fixed: Mapping[str, Any]
    reasons: Mapping[str, str]
    sections: Mapping[str, Any]
    owners: Mapping[str, str]
    groups: Mapping[str, Group]
    outputs: Mapping[str, Mapping[str, Any]]
    steps: str = ""
    rejected: Mapping[str, Rejected] = field(default_factory=dict)


def build(source: Source, *, structure: Environment) -> Module:
    """The module of ``source`` with the structure of the environment ``structure``.

    Raises:
        StructuralInputError: the construct decides by a field that is declared with ``plan``.
    """
    exceptions = source.structural(structure)
    inputs = ModuleInputs(structure=structure, structural=frozenset(exceptions))
    stack = source.stack(App(), inputs)
    raw = stack.to_terraform()
    synthesized = with_deferral_local(_clean(raw, inputs))
    with_caller_values(synthesized, inputs)
    repeat_for_clients(synthesized)
    add_tags(stack, synthesized, inputs)
    add_preconditions(synthesized, inputs)
    with_dynamic_blocks(synthesized)
    synthesized = with_partition(with_locals(with_worker_groups(synthesized, inputs), inputs))
    _reject_unresolved_numbers(synthesized, inputs)
    names = _used(synthesized)
    synthesized = with_checks(synthesized, names)
    used = (item for item in inputs.variables.values() if item.name in names)
    return Module(
        name=source.name,
        purpose=source.purpose,
        inputs=with_applicable_rules([_without_unused_length_rule(item, synthesized) for item in used]),
        fixed=inputs.fixed,
        reasons=exceptions,
        sections={key: synthesized[key] for key in SECTIONS if key in synthesized},
        owners=_owners(raw),
        groups=groups(stack, raw, name=source.name),
        outputs=synthesized.get("output", {}),
        steps=source.steps,
        rejected={name: item for name, item in inputs.rejected.items() if _has(synthesized, item.address)},
    )


def _has(synthesized: Any, address: str) -> bool:
    kind, _, name = address.partition(".")
    return name in synthesized["resource"].get(kind, {})


def _owners(raw: Any) -> dict[str, str]:
    """The first construct below the stack (or below the exported construct) in the path of each resource."""
    found = {}
    for kind, items in raw.get("resource", {}).items():
        for name, body in items.items():
            path = [part for part in body["//"]["metadata"]["path"].split("/")[1:] if part != ID]
            found[f"{kind}.{unmarked(name)}"] = unmarked(re.sub(r"\W+", "_", path[0]))
    return found


def _clean(synthesized: Any, inputs: ModuleInputs) -> Any:
    """Without metadata and without the construct's id in ephemeral names; a list variable instead of its items."""
    text = re.sub(rf"(ephemeral\.\w+\.){ID}_", r"\1", resolved_numbers(json.dumps(synthesized)))
    content = _without_metadata(json.loads(text))
    for kind, items in content.get("ephemeral", {}).items():
        content["ephemeral"][kind] = {name.removeprefix(f"{ID}_"): body for name, body in items.items()}
    lists = {name for name, item in inputs.variables.items() if item.type.startswith("list")}
    return _collapsed(content, lists)


def _without_metadata(value: Any) -> Any:
    if isinstance(value, str):
        return simplified(value)
    if isinstance(value, dict):
        return {key: _without_metadata(inner) for key, inner in value.items() if key != "//"}
    return [_without_metadata(inner) for inner in value] if isinstance(value, list) else value


def _collapsed(value: Any, lists: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _collapsed(inner, lists) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    for name in lists:
        if len(value) > 1 and value == [f"${{var.{name}[{index}]}}" for index in range(len(value))]:
            return f"${{var.{name}}}"
    return [_collapsed(inner, lists) for inner in value]


def _without_unused_length_rule(variable: Input, synthesized: Any) -> Input:
    """A list whose items are never used by index may have any length."""
    if not variable.type.startswith("list") or f"var.{variable.name}[" in json.dumps(synthesized):
        return variable
    return replace(variable, rules=())


def _used(synthesized: Any) -> set[str]:
    """The names of the variables to which the module refers."""
    body = {key: value for key, value in synthesized.items() if key != "variable"}
    return set(re.findall(r"\bvar\.(\w+)", json.dumps(body)))


def _reject_unresolved_numbers(synthesized: Any, inputs: ModuleInputs) -> None:
    """Report a number that became part of a text before cdktf could resolve it."""
    token = unresolved_number(json.dumps(synthesized))
    if token is None:
        return
    numbers = [name for name, item in inputs.variables.items() if item.type == "number"]
    raise StructuralInputError(" or ".join(numbers), f"formatting as the text {token}")
