"""Reads the modules and resources of a plan (``terraform show -json``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_gate.reading.json_file import UnreadableError
from terraform_gate.reading.plan_expression import source_value
from terraform_gate.reading.plan_shape import plan_defect

SUPPORTED_FORMAT = "1"
"""Major version of the plan format; Terraform promises that minor versions only add (its JSON output format page)."""


_LAST_CALL = re.compile(r'module\.([\w-]+)(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?$')


@dataclass(frozen=True)
class PlannedResource:
    """One instance of a resource or data source in a plan.

    Attributes:
        address: Terraform address, with the module and the index.
        module: Address of the module; empty for the root module.
        mode: ``managed`` or ``data``.
        type: Resource type.
        name: Name in the configuration.
        values: The known values.
        unknown: ``after_unknown`` of the plan.
        expressions: The arguments in the configuration.
    """

    address: str
    module: str
    mode: str
    type: str
    name: str
    values: Mapping[str, Any] = field(repr=False)
    unknown: Mapping[str, Any] = field(repr=False)
    expressions: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class PlannedModule:
    """One instance of a module in a plan.

    Attributes:
        address: Terraform address; empty for the root module.
        parent: Address of the calling module.
        inputs: Expressions of the input variables, evaluated in the parent.
        variables: Default values of the variables.
        outputs: Expressions of the outputs.
    """

    address: str
    parent: str
    inputs: Mapping[str, Any] = field(repr=False)
    variables: Mapping[str, Any] = field(repr=False)
    outputs: Mapping[str, Any] = field(repr=False)


def is_plan(document: Any) -> bool:
    """Return whether a JSON document is a plan."""
    return isinstance(document, Mapping) and "format_version" in document and "planned_values" in document


def check_plan(document: Mapping[str, Any], *, file: Path) -> Mapping[str, Any]:
    """Return ``document`` when it is a complete plan.

    Raises:
        UnreadableError: The format is not supported, the plan ended with an error, or it is partial (``-target``).
    """
    if reason := _why_incomplete(document):
        raise UnreadableError(file, reason)
    return document


def _why_incomplete(document: Mapping[str, Any]) -> str:
    version = str(document.get("format_version"))
    if version.split(".", maxsplit=1)[0] != SUPPORTED_FORMAT:
        return f"plan format {version} is not supported (1.x is). Fix: use another Terraform version"
    if document.get("errored"):
        return "the plan ended with an error and contains only some resources. Fix: repair the error, then plan again"
    if document.get("complete") is False:
        return "the plan is partial (-target, or deferred actions). Fix: plan without -target"
    if not isinstance(document["planned_values"], Mapping) or not isinstance(document.get("configuration"), Mapping):
        return "planned_values or configuration is missing. Fix: make the file with `terraform show -json`"
    defect = plan_defect(document)
    return f"{defect}. Fix: make the file with `terraform show -json`" if defect else ""


def planned_modules(document: Mapping[str, Any]) -> Iterator[PlannedModule]:
    """Yield every module instance, parents before their children."""
    root = document["configuration"].get("root_module", {})
    given = {name: item.get("value") for name, item in document.get("variables", {}).items()}
    yield _module("", parent="", inputs={name: value for name, value in given.items() if value is not None}, conf=root)
    yield from _children(document["planned_values"].get("root_module", {}), conf=root, parent="")


def _children(planned: Mapping[str, Any], *, conf: Mapping[str, Any], parent: str) -> Iterator[PlannedModule]:
    for child in planned.get("child_modules", []):
        call = conf.get("module_calls", {}).get(_call_name(child["address"]), {})
        inputs = {name: source_value(item) for name, item in call.get("expressions", {}).items()}
        yield _module(child["address"], parent=parent, inputs=inputs, conf=call.get("module", {}))
        yield from _children(child, conf=call.get("module", {}), parent=child["address"])


def _module(address: str, *, parent: str, inputs: Mapping[str, Any], conf: Mapping[str, Any]) -> PlannedModule:
    defaults = {name: item["default"] for name, item in conf.get("variables", {}).items() if "default" in item}
    outputs = {name: source_value(item.get("expression")) for name, item in conf.get("outputs", {}).items()}
    return PlannedModule(address=address, parent=parent, inputs=inputs, variables=defaults, outputs=outputs)


def planned_resources(document: Mapping[str, Any]) -> Iterator[PlannedResource]:
    """Yield every resource and data source instance that exists after the apply."""
    unknown = {
        item["address"]: item.get("change", {}).get("after_unknown") or {}
        for item in document.get("resource_changes", [])
    }
    root = document["configuration"].get("root_module", {})
    yield from _module_resources(document["planned_values"].get("root_module", {}), conf=root, unknown=unknown)


def _module_resources(
    planned: Mapping[str, Any], *, conf: Mapping[str, Any], unknown: Mapping[str, Any]
) -> Iterator[PlannedResource]:
    expressions = {item["address"]: item.get("expressions", {}) for item in conf.get("resources", [])}
    module = planned.get("address", "")
    for item in planned.get("resources", []):
        local = ("data." if item["mode"] == "data" else "") + f"{item['type']}.{item['name']}"
        yield PlannedResource(
            address=item["address"],
            module=module,
            mode=item["mode"],
            type=item["type"],
            name=item["name"],
            values=item.get("values") or {},
            unknown=unknown.get(item["address"], {}),
            expressions=expressions.get(local, {}),
        )
    for child in planned.get("child_modules", []):
        call = conf.get("module_calls", {}).get(_call_name(child["address"]), {})
        yield from _module_resources(child, conf=call.get("module", {}), unknown=unknown)


def _call_name(address: str) -> str:
    """Return ``web`` for ``module.a.module.web["x.y"]``."""
    match = _LAST_CALL.search(address)
    return match[1] if match else ""
