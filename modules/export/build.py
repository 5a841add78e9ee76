"""A construct built once more, with Terraform variables for values, and what came out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cdktf import App, TerraformStack

from environments.model import Environment
from modules.export.deferred_values import DecidedTooEarly, undecided
from modules.export.exportable import ID
from modules.export.hcl_template import simplified
from modules.export.inputs import Input
from modules.export.module_inputs import Ask

SECTIONS = ("resource", "ephemeral", "data", "moved", "locals")


class Source(Protocol):
    """Whatever can be built into the stack of a module."""

    @property
    def name(self) -> str: ...

    @property
    def purpose(self) -> str: ...

    def stack(self, app: App, ask: Ask) -> TerraformStack: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module before it is written: ``sections`` as in Terraform JSON, ``outputs`` by name."""

    name: str
    purpose: str
    inputs: tuple[Input, ...]
    decided: Mapping[str, Any]
    early: frozenset[str]
    sections: Mapping[str, Any]
    outputs: Mapping[str, Mapping[str, Any]]


def build(exportable: Source, *, structure: Environment, early: frozenset[str] = frozenset()) -> Module:
    """The module; a variable that Python looks at while building is decided at export, as ``structure`` has it.

    ``early`` are variables known to be such (``Module.early`` of an earlier build), which saves the attempts.
    """
    while True:
        try:
            return _attempt(exportable, structure, early)
        except DecidedTooEarly as refusal:
            if refusal.variable in early:
                raise
            early |= {refusal.variable}


def _attempt(exportable: Source, structure: Environment, early: frozenset[str]) -> Module:
    ask = Ask(structure=structure, early=early)
    synthesized = _clean(exportable.stack(App(), ask).to_terraform(), ask)
    _refuse_leftovers(synthesized, ask)
    used = tuple(
        _without_idle_rules(item, synthesized) for item in ask.inputs.values() if _uses(synthesized, item.name)
    )
    return Module(
        name=exportable.name,
        purpose=exportable.purpose,
        inputs=used,
        decided=ask.decided,
        early=early,
        sections={key: synthesized[key] for key in SECTIONS if key in synthesized},
        outputs=synthesized.get("output", {}),
    )


def _clean(synthesized: Any, ask: Ask) -> Any:
    """Without metadata, with ephemeral names like the others, and a variable instead of the list of its items."""
    text = re.sub(rf"(ephemeral\.\w+\.){ID}_", r"\1", json.dumps(synthesized))
    content = _without_metadata(json.loads(text))
    for kind, items in content.get("ephemeral", {}).items():
        content["ephemeral"][kind] = {name.removeprefix(f"{ID}_"): body for name, body in items.items()}
    lists = {name for name, item in ask.inputs.items() if item.type.startswith("list")}
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


def _without_idle_rules(wanted: Input, synthesized: Any) -> Input:
    """A list that is only passed on may have any length."""
    if not wanted.type.startswith("list") or f"var.{wanted.name}[" in json.dumps(synthesized):
        return wanted
    return replace(wanted, rules=())


def _uses(synthesized: Any, name: str) -> bool:
    body = {key: value for key, value in synthesized.items() if key != "variable"}
    return re.search(rf"\bvar\.{name}\b", json.dumps(body)) is not None


def _refuse_leftovers(synthesized: Any, ask: Ask) -> None:
    """A number that became part of a text before cdktf could resolve it."""
    text = json.dumps(synthesized)
    left = undecided(text)
    if left is None:
        return
    for name in ask.inputs:
        if ask.inputs[name].type == "number" and name not in ask.decided:
            raise DecidedTooEarly(name, f"part of a text as {left}")
    raise ValueError(f"a number token is left in a text: {left}")
