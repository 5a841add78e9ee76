"""What is known of a root before any plan: defaults of variables, locals, outputs of the stacks it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_gate.reading.expression import is_identity, is_known, qualify, spans

_VARIABLE = re.compile(r"var\.([\w-]+)(.*)", re.DOTALL)
_LOCAL = re.compile(r"local\.([\w-]+)(.*)", re.DOTALL)
_MODULE = re.compile(r"(module\.[\w-]+(?:\[[^\]]*\])?)\.([\w-]+)(.*)", re.DOTALL)
_REMOTE = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs(?:\.([\w-]+)|\[\"([^\"]+)\"\])(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r"([a-z][a-z0-9]*_\w+\.[\w-]+)\.([a-z_0-9]+)")
_STEP = re.compile(r"\.([\w-]+)|\[\"([^\"]*)\"\]|\[(\d+)\]")

Lookup = Callable[[str, str], Any]
"""(who, what) -> evaluated value, or raises LookupError."""


def nothing(who: str, what: str) -> Any:
    """Know no value at all: the lookup of a root without neighbours."""
    raise LookupError(f"{who}.{what}")


@dataclass
class Scope:
    """The names that one module may use; `prefix` (`stack//module.a.`) goes before references that stay."""

    prefix: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    local_values: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: Scope | None = None
    """The module that calls this one: `inputs` are evaluated there."""
    remote_output: Lookup = nothing
    module_output: Lookup = nothing
    attribute: Lookup = nothing
    """(`aws_vpc.main`, `cidr_block`) -> the argument as written."""
    _busy: set[str] = field(default_factory=set)

    def evaluate(self, value: Any) -> Any:
        """Replace every expression whose value is known; qualify the references in the others."""
        if isinstance(value, str):
            return self._text(value) if "${" in value else value
        if isinstance(value, Mapping):
            return {str(self.evaluate(key)): self.evaluate(item) for key, item in value.items()}
        return [self.evaluate(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> Any:
        found = list(spans(text))
        if found == [(0, len(text))]:
            return self._expression(text[2:-1].strip())
        done, end = [], 0
        for start, stop in found:
            done += [text[end:start], self._within(text[start:stop])]
            end = stop
        return "".join([*done, text[end:]])

    def _within(self, span: str) -> str:
        value = self._expression(span[2:-1].strip())
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else self._qualified(span[2:-1])

    def _qualified(self, inside: str) -> str:
        return f"${{{qualify(inside, prefix=self.prefix)}}}"

    def _expression(self, inside: str) -> Any:
        if inside in self._busy:
            return self._qualified(inside)
        self._busy.add(inside)
        try:
            return self._lookup(inside)
        except LookupError:
            return self._qualified(inside)
        finally:
            self._busy.discard(inside)

    def _lookup(self, inside: str) -> Any:
        if match := _VARIABLE.fullmatch(inside):
            return walk(self._variable(match[1]), match[2])
        if match := _LOCAL.fullmatch(inside):
            return walk(self.evaluate(self.local_values[match[1]]), match[2])
        if match := _MODULE.fullmatch(inside):
            return walk(self.module_output(match[1], match[2]), match[3])
        if match := _REMOTE.fullmatch(inside):
            return walk(self.remote_output(match[1], match[2] or match[3]), match[4])
        if (match := _ATTRIBUTE.fullmatch(inside)) and not is_identity(match[2]):
            return self._literal(match[1], match[2])
        raise LookupError(inside)

    def _variable(self, name: str) -> Any:
        if name not in self.inputs:
            return self.evaluate(self.defaults[name])
        return self.parent.evaluate(self.inputs[name]) if self.parent else self.inputs[name]

    def _literal(self, address: str, name: str) -> Any:
        value = self.evaluate(self.attribute(address, name))
        if value is None or not is_known(value):
            raise LookupError(name)
        return value


def walk(value: Any, path: str) -> Any:
    """Follow `.name`, `["name"]` and `[0]` into a value.

    Raises:
        LookupError: the path is something else (a splat, an operator) or leads nowhere.
    """
    if isinstance(value, str) and path and value.startswith("${") and value.endswith("}") and _STEP.match(path):
        return f"{value[:-1]}{path}}}"
    position = 0
    while match := _STEP.match(path, position):
        name, quoted, index = match.groups()
        value = _item(value, int(index) if index else (name or quoted))
        position = match.end()
    if position != len(path):
        raise LookupError(path)
    return value


def _item(value: Any, step: str | int) -> Any:
    if isinstance(step, int) and isinstance(value, list):
        return value[step]
    if isinstance(step, str) and isinstance(value, Mapping):
        return value[step]
    raise LookupError(step)
