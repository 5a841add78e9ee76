"""Evaluates expressions without a plan: defaults of variables, locals, outputs of other stacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_gate.reading.expression import is_identity, is_known, marked, qualify, replaced, spans

_VARIABLE = re.compile(r"var\.([\w-]+)(.*)", re.DOTALL)
_LOCAL = re.compile(r"local\.([\w-]+)(.*)", re.DOTALL)
_MODULE = re.compile(r"(module\.[\w-]+(?:\[[^\]]*\])?)\.([\w-]+)(.*)", re.DOTALL)
_REMOTE = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs(?:\.([\w-]+)|\[\"([^\"]+)\"\])(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r"([a-z][a-z0-9]*_\w+\.[\w-]+)\.([a-z_0-9]+)")
_STEP = re.compile(r"\.([\w-]+)|\[\"([^\"]*)\"\]|\[(\d+)\]")

Lookup = Callable[[str, str], Any]
"""(owner, name) -> evaluated value, or raises LookupError."""


def nothing(owner: str, name: str) -> Any:
    """Raise LookupError: the lookup of a root that reads no other stack."""
    raise LookupError(f"{owner}.{name}")


@dataclass
class Scope:
    """The names that the expressions of one module can refer to.

    Attributes:
        prefix: ``stack//module.a.``, put in front of references that cannot be evaluated.
        defaults: Default values of variables.
        local_values: The ``locals`` block.
        inputs: Values of variables, evaluated in ``parent``.
        parent: The scope of the module that calls this module; None for the root module.
        remote_output: (label of the ``terraform_remote_state``, name of the output) -> value.
        module_output: (``module.a``, name of the output) -> value.
        attribute: (``aws_vpc.main``, ``cidr_block``) -> the argument as written.
    """

    prefix: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    local_values: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: Scope | None = None
    remote_output: Lookup = nothing
    module_output: Lookup = nothing
    attribute: Lookup = nothing
    _evaluating: set[str] = field(default_factory=set)

    def evaluate(self, value: Any) -> Any:
        """Replace every expression whose value is known, and qualify the references in the other expressions.

        Args:
            value: JSON data.

        Returns:
            A copy of the data.
        """
        if isinstance(value, str):
            return self._text(value) if "${" in value else value
        if isinstance(value, Mapping):
            return {str(self.evaluate(key)): self.evaluate(item) for key, item in value.items()}
        return [self.evaluate(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> Any:
        if list(spans(text)) == [(0, len(text))]:
            return self._expression(text[2:-1].strip())
        return replaced(text, self._within)

    def _within(self, span: str) -> str:
        value = self._expression(span[2:-1].strip())
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else self._qualified(span[2:-1])

    def _qualified(self, inside: str) -> str:
        return marked(qualify(inside, prefix=self.prefix))

    def _expression(self, inside: str) -> Any:
        if inside in self._evaluating:
            return self._qualified(inside)
        self._evaluating.add(inside)
        try:
            return self._lookup(inside)
        except LookupError:
            return self._qualified(inside)
        finally:
            self._evaluating.discard(inside)

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
    """Follow ``.name``, ``["name"]`` and ``[0]`` into a value.

    Raises:
        LookupError: The path contains anything else (a splat, an operator), or the value has no such item.
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
