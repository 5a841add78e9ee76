"""Evaluates HCL expressions; the parts that are not known stay ``${...}``, with their references."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tree_sitter import Node

from terraform_gate.reading.file_functions import file_text, literal_text, yaml_value
from terraform_gate.reading.for_expressions import for_value
from terraform_gate.reading.functions import FUNCTIONS
from terraform_gate.reading.hcl_steps import followed, index_of, known
from terraform_gate.reading.hcl_syntax import (
    HclError,
    heredoc_text,
    literal,
    pair,
    parsed_expression,
    unescaped,
    written,
)
from terraform_gate.reading.operators import BINARY, LOGICAL, compared_or_calculated, logical
from terraform_gate.reading.templates import rendered
from terraform_gate.reading.values import MissingError, UnknownError, boolean_of, number_of, pairs_of, text_of

_ERRORS = (ArithmeticError, AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError, RecursionError)
_MOST_ITERATIONS = 20_000

Resolve = Callable[[str], Any]
"""The value of a traversal such as ``var.ports["a"]``; ``${...}`` when it is not known."""


def evaluate_expression(text: str, *, resolve: Resolve, bindings: Mapping[str, Any]) -> Any:
    """Evaluate an expression.

    Args:
        text: The expression, without ``${`` and ``}``.
        resolve: The values of variables, locals and resources.
        bindings: Values of ``each``, ``count`` and of the iterators of dynamic blocks.

    Raises:
        LookupError: The value is not known.
    """
    try:
        return _Evaluator(resolve, bindings).expression(parsed_expression(text))
    except HclError as error:
        raise UnknownError(str(error)) from error
    except _ERRORS as error:  # Terraform rejects the expression too, or converts types that are not converted here
        raise UnknownError(str(error)) from error


class _Evaluator:
    def __init__(self, resolve: Resolve, bindings: Mapping[str, Any], left: Iterator[int] | None = None) -> None:
        self._resolve, self._bindings = resolve, bindings
        self._left = left or iter(range(_MOST_ITERATIONS))

    def expression(self, node: Node) -> Any:
        return self._term([child for child in node.children if child.type != "comment"])

    def _term(self, given: Sequence[Node]) -> Any:
        nodes = [node for node in given if node.type != "comment"]
        rest: Sequence[Node]
        if nodes[0].type == "(":
            value, rest = self.expression(nodes[1]), nodes[3:]
        elif nodes[0].type == "variable_expr":
            value, rest = self._traversal(nodes)
        else:
            value, rest = self._primary(nodes[0]), nodes[1:]
        return followed(value, rest, self.expression)

    def _primary(self, node: Node) -> Any:
        handler = getattr(self, f"_{node.type}", None)
        if handler is None:
            raise UnknownError(node.type)
        return handler(node)

    def _expression(self, node: Node) -> Any:
        return self.expression(node)

    def _traversal(self, nodes: Sequence[Node]) -> tuple[Any, Sequence[Node]]:
        name = written(nodes[0])
        if name in self._bindings:
            return self._bindings[name], nodes[1:]
        text, end = name, 1
        for node in nodes[1:]:
            if node.type == "get_attr":
                text += written(node)
            elif node.type == "index" and node.children[0].type == "new_index":
                text += f"[{json.dumps(index_of(node.children[0], self.expression))}]"
            else:
                break
            end += 1
        return self._resolve(text), nodes[end:]

    def _literal_value(self, node: Node) -> Any:
        return literal(node)

    def _template_expr(self, node: Node) -> Any:
        template = node.children[0]
        if template.type == "heredoc_template":
            return rendered(heredoc_text(template), self)
        pieces = [child for child in template.named_children if child.type.startswith("template_")]
        if any(child.type == "template_directive" for child in pieces):
            raise UnknownError("template directive")
        values = [
            unescaped(written(child)) if child.type == "template_literal" else self.inner(child) for child in pieces
        ]
        return values[0] if len(values) == 1 else "".join(map(text_of, values))

    def inner(self, node: Node) -> Any:
        """Evaluate the expression inside an interpolation, a condition or the key of an element."""
        return self.expression(next(child for child in node.named_children if child.type == "expression"))

    def parsed(self, text: str) -> Any:
        """Evaluate an expression in a template."""
        return self.expression(parsed_expression(text))

    def iterations(self, names: Sequence[str], source: Any) -> Iterator[_Evaluator]:
        """Yield an evaluator for each item of a collection, with the names of its key and value."""
        for key, value in pairs_of(source):
            bound = {names[-1]: value, **({names[0]: key} if len(names) > 1 else {})}
            if next(self._left, None) is None:
                raise UnknownError(f"more than {_MOST_ITERATIONS} iterations")
            yield _Evaluator(self._resolve, {**self._bindings, **bound}, self._left)

    def _collection_value(self, node: Node) -> Any:
        inner = node.children[0]
        items = [child for child in inner.named_children if child.type in {"expression", "object_elem"}]
        if inner.type == "tuple":
            return [self.kept(item) for item in items]
        made = {}
        for item in items:
            key, value = pair(item)
            if key is None:
                key = known(self.inner(item))
            made[text_of(key)] = self.kept(value)
        return made

    def kept(self, node: Node) -> Any:
        """Evaluate an element; an unknown one stays an expression, so that the others are known."""
        try:
            return self.expression(node)
        except MissingError:
            raise
        except (UnknownError, *_ERRORS):
            return self._resolve(written(node))

    def _unary_operation(self, node: Node) -> Any:
        value = self._known_term(node.children[1:])
        return not boolean_of(value) if node.children[0].type == "!" else -number_of(value)

    def _operation(self, node: Node) -> Any:
        return self._primary(node.children[0])

    def _binary_operation(self, node: Node) -> Any:
        position = next(index for index, child in enumerate(node.children) if child.type in BINARY)
        sign = node.children[position].type
        sides = node.children[:position], node.children[position + 1 :]
        operands = [partial(self._known_term, side) for side in sides]
        if sign in LOGICAL:
            return logical(sign, operands)
        return compared_or_calculated(sign, *(operand() for operand in operands))

    def _known_term(self, nodes: Sequence[Node]) -> Any:
        return known(self._term(nodes))

    def _conditional(self, node: Node) -> Any:
        condition, first, second = [child for child in node.named_children if child.type == "expression"]
        return self.expression(first if boolean_of(known(self.expression(condition))) else second)

    def _function_call(self, node: Node) -> Any:
        name = written(node.children[0])
        found = next((child for child in node.named_children if child.type == "function_arguments"), None)
        nodes = [child for child in found.named_children if child.type == "expression"] if found else []
        if name in {"try", "can"}:
            return self._tried(name, nodes)
        arguments = [self.expression(item) for item in nodes]
        if found and any(child.type == "ellipsis" for child in found.named_children):
            arguments[-1:] = arguments[-1] if isinstance(arguments[-1], list) else [UnknownError]
        if UnknownError in arguments:
            raise UnknownError(name)
        if name == "file":
            return literal_text(arguments[0], self._bindings)
        if name == "yamldecode":
            return yaml_value(arguments[0])
        if name == "templatefile":
            return self._template_file(*arguments)
        if name not in FUNCTIONS:
            raise UnknownError(name)
        return FUNCTIONS[name](*arguments)

    def _template_file(self, path: Any, variables: Any) -> str:
        """Render a template, whose expressions refer to the given variables only."""
        if not isinstance(variables, Mapping):
            raise UnknownError("templatefile")
        return rendered(file_text(path, self._bindings), _Evaluator(_unresolved, variables, self._left))

    def _tried(self, name: str, nodes: Sequence[Node]) -> Any:
        for node in nodes:
            try:
                value = self.expression(node)
            except MissingError:
                continue
            return value if name == "try" else bool(known(value) or True)
        if name == "can":
            return False
        raise MissingError(name)

    def _for_expr(self, node: Node) -> Any:
        return for_value(node.children[0], self)


def _unresolved(name: str) -> Any:
    raise UnknownError(name)
