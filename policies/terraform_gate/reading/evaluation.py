"""Evaluates configurations without a plan: variables, locals, outputs of modules and of other stacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from terraform_gate.reading.budget import Budget, size_of
from terraform_gate.reading.expression import is_identity, is_known, is_reference, marked, qualify, replaced, spans
from terraform_gate.reading.traversal import walk
from terraform_gate.reading.type_defaults import filling_of
from terraform_gate.reading.values import MissingError

_VARIABLE = re.compile(r"var\.([\w-]+)(.*)", re.DOTALL)
_LOCAL = re.compile(r"local\.([\w-]+)(.*)", re.DOTALL)
_MODULE = re.compile(r"(module\.[\w-]+(?:\[[^\]]*\])?)\.([\w-]+)(.*)", re.DOTALL)
_REMOTE = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs(?:\.([\w-]+)|\[\"([^\"]+)\"\])(.*)", re.DOTALL)
_ATTRIBUTE = re.compile(r"([a-z][a-z0-9]*_\w+\.[\w-]+)\.([a-z_0-9]+)")
_RESOURCE = re.compile(r"((?:data\.)?[a-z][a-z0-9]*_\w+\.[\w-]+)(.*)", re.DOTALL)
_ROOT_NAME = re.compile(r"[\w-]+")
_OF_MODULE = frozenset({"path", "terraform"})

Lookup = Callable[[str, str], Any]
"""(owner, name) -> evaluated value, or raises LookupError."""
Instances = Callable[[str], Any]
"""Address of a resource -> the references to its instances (a list or a map), or raises LookupError."""


def nothing(owner: str, name: str) -> Any:
    """Raise LookupError: the lookup of a root that reads no other stack."""
    raise LookupError(f"{owner}.{name}")


def no_instances(address: str) -> Any:
    """Raise LookupError; for a root that does not list the instances of its resources."""
    raise LookupError(address)


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
        instances: ``aws_subnet.a`` -> the references to its instances.
        bindings: Values of ``each``, ``count``, ``path``, ``terraform`` and the iterators of dynamic blocks.
        types: Types of variables with ``optional(...)`` attributes, whose defaults complete their values.
        budget: Bounds the work of one root and its modules.
    """

    prefix: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    local_values: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: Scope | None = None
    remote_output: Lookup = nothing
    module_output: Lookup = nothing
    attribute: Lookup = nothing
    instances: Instances = no_instances
    bindings: Mapping[str, Any] = field(default_factory=dict)
    types: Mapping[str, Any] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    _evaluating: set[str] = field(default_factory=set)
    _cache: dict[str, tuple[Any, int]] = field(default_factory=dict)

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
        root = _ROOT_NAME.match(inside)
        is_bound = root is not None and root[0] in self.bindings
        if not is_bound:
            value = self.resolve(inside, default=None)
            if value is not None or ("[" not in inside and is_reference(inside)):
                return self._qualified(inside) if value is None else value
        try:
            return self._calculated(inside)
        except LookupError:
            return self._qualified(inside)

    def _calculated(self, inside: str) -> Any:
        from terraform_gate.reading.hcl_evaluation import evaluate_expression

        return evaluate_expression(inside, resolve=self.resolve_or_keep, bindings=self.bindings)

    def resolve_or_keep(self, inside: str) -> Any:
        """Return the value of a traversal; ``${...}`` with its qualified references when it is not known.

        Raises:
            MissingError: A known value has no such attribute.
        """
        return self.resolve(inside, default=self._qualified(inside), raises=MissingError)

    def resolve(self, inside: str, *, default: Any, raises: type[LookupError] | tuple[()] = ()) -> Any:
        """Return the value of a traversal, or ``default``; errors of the type ``raises`` are not handled."""
        if inside in self._evaluating:
            return default
        self._evaluating.add(inside)
        try:
            return self._lookup(inside)
        except raises:
            raise
        except LookupError:
            return default
        finally:
            self._evaluating.discard(inside)

    def _lookup(self, inside: str) -> Any:
        if match := _VARIABLE.fullmatch(inside):
            return walk(self._variable(match[1]), match[2])
        if match := _LOCAL.fullmatch(inside):
            return walk(self._local(match[1]), match[2])
        if match := _MODULE.fullmatch(inside):
            return walk(self.module_output(match[1], match[2]), match[3])
        if match := _REMOTE.fullmatch(inside):
            return walk(self.remote_output(match[1], match[2] or match[3]), match[4])
        if (match := _ATTRIBUTE.fullmatch(inside)) and not is_identity(match[2]):
            return self._literal(match[1], match[2])
        if match := _RESOURCE.fullmatch(inside):
            return walk(self.instances(match[1]), match[2])
        raise LookupError(inside)

    def _variable(self, name: str) -> Any:
        key = f"var.{name}"
        if key not in self._cache:
            if name not in self.inputs:
                value = self.evaluate(self.defaults[name])
            else:
                value = self.parent.evaluate(self.inputs[name]) if self.parent else self.inputs[name]
            if name in self.types:
                value = filling_of(self.types[name], lambda text: self.evaluate(marked(text)))(value)
            self._cache[key] = (value, size_of(value))
        return self._cached(key)

    def _local(self, name: str) -> Any:
        key = f"local.{name}"
        if key not in self._cache:
            module = replace(self, bindings={key: self.bindings[key] for key in self.bindings.keys() & _OF_MODULE})
            value = module.evaluate(self.local_values[name])
            self._cache[key] = (value, size_of(value))
        return self._cached(key)

    def _cached(self, key: str) -> Any:
        value, size = self._cache[key]
        self.budget.spend(size)
        return value

    def _literal(self, address: str, name: str) -> Any:
        value = self.evaluate(self.attribute(address, name))
        if value is None or not is_known(value):
            raise LookupError(name)
        return value
