"""Evaluates HCL expressions; the parts that are not known stay ``${...}``, with their references."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tree_sitter import Node

from terraform_gate.reading.expression import is_known, marked, spans
from terraform_gate.reading.file_functions import file_text, literal_text, yaml_value
from terraform_gate.reading.functions import FUNCTIONS, MissingError, Set, UnknownError, text_of
from terraform_gate.reading.hcl_syntax import (
    HclError,
    heredoc_text,
    literal,
    pair,
    parsed_expression,
    unescaped,
    written,
)
from terraform_gate.reading.templates import For, If, Part, parts_of

_POSTFIXES = frozenset({"get_attr", "index", "splat"})
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATORS = frozenset({*_ARITHMETIC, "==", "!=", "&&", "||"})
_ERRORS = (ArithmeticError, AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError, RecursionError)
_MOST_ITEMS = 5000
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


def is_unknown(value: Any) -> bool:
    """Return whether the whole value is one ``${...}``."""
    return isinstance(value, str) and list(spans(value)) == [(0, len(value))]


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
        for node in rest:
            value = self._step(value, node.children[0] if node.type != "get_attr" else node)
        return value

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
                text += f"[{json.dumps(self._index(node.children[0]))}]"
            else:
                break
            end += 1
        return self._resolve(text), nodes[end:]

    def _index(self, node: Node) -> Any:
        index = self._known(self.expression(next(item for item in node.named_children if item.type == "expression")))
        return int(index) if isinstance(index, float) else index

    def _step(self, value: Any, node: Node) -> Any:
        if node.type in {"full_splat", "attr_splat"}:
            return self._splat(value, node)
        key: Any = written(node)[1:].strip() if node.type != "new_index" else self._index(node)
        if is_unknown(value):
            return marked(f"{value[2:-1]}[{json.dumps(key)}]" if node.type == "new_index" else f"{value[2:-1]}.{key}")
        if isinstance(value, Mapping):
            if str(key) not in value:
                raise MissingError(key)
            return value[str(key)]
        if isinstance(value, list) and str(key).isdigit():
            if int(key) >= len(value):
                raise MissingError(key)
            return value[int(key)]
        raise MissingError(key)

    def _splat(self, value: Any, node: Node) -> Any:
        if is_unknown(value):
            return marked(f"{value[2:-1]}{written(node)}")
        listed = value if isinstance(value, list) else [] if value is None else [value]
        steps = [child for child in node.children if child.type in _POSTFIXES]
        done = []
        for item in listed:
            for step in steps:
                item = self._step(item, step.children[0] if step.type != "get_attr" else step)  # noqa: PLW2901
            done.append(item)
        return done

    def _known(self, value: Any) -> Any:
        if not is_known(value):
            raise UnknownError
        return value

    def _literal_value(self, node: Node) -> Any:
        return literal(node)

    def _template_expr(self, node: Node) -> Any:
        template = node.children[0]
        if template.type == "heredoc_template":
            return self.text(heredoc_text(template))
        pieces = [child for child in template.named_children if child.type.startswith("template_")]
        if any(child.type == "template_directive" for child in pieces):
            raise UnknownError("template directive")
        values = [
            unescaped(written(child)) if child.type == "template_literal" else self._interpolated(child)
            for child in pieces
        ]
        return values[0] if len(values) == 1 else "".join(map(text_of, values))

    def _interpolated(self, node: Node) -> Any:
        return self.expression(next(child for child in node.named_children if child.type == "expression"))

    def text(self, text: str) -> str:
        """Evaluate the expressions and the directives in a text."""
        return "".join(map(self.part, parts_of(text)))

    def part(self, part: Part) -> str:
        """Evaluate a part of a template."""
        if isinstance(part, If):
            chosen = part.then if _boolean(self._known(self._parsed(part.condition))) else part.otherwise
            return "".join(map(self.part, chosen))
        if isinstance(part, For):
            return "".join(
                "".join(map(within.part, part.body))
                for within in self._iterations(part.names, self._parsed(part.source))
            )
        return self._literal_text(part)

    def _literal_text(self, text: str) -> str:
        done, end = "", 0
        for start, stop in spans(text):
            done += text[end:start] + text_of(self._parsed(text[start + 2 : stop - 1].strip("~")))
            end = stop
        return done + text[end:]

    def _parsed(self, text: str) -> Any:
        return self.expression(parsed_expression(text))

    def _iterations(self, names: Sequence[str], source: Any) -> Iterator[_Evaluator]:
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
                key = self._known(self.expression(next(c for c in item.named_children if c.type == "expression")))
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
        value = self._known(self._term(node.children[1:]))
        return not _boolean(value) if node.children[0].type == "!" else -_number(value)

    def _operation(self, node: Node) -> Any:
        return self._primary(node.children[0])

    def _binary_operation(self, node: Node) -> Any:
        position = next(index for index, child in enumerate(node.children) if child.type in _OPERATORS)
        sign = node.children[position].type
        left, right = node.children[:position], node.children[position + 1 :]
        if sign in {"&&", "||"}:
            return self._logical(sign, left, right)
        values = [self._known(self._term(side)) for side in (left, right)]
        if sign in {"==", "!="}:
            return _equal(*values) == (sign == "==")
        return _number(_ARITHMETIC[sign](*map(_number, values)))

    def _logical(self, sign: str, left: Sequence[Node], right: Sequence[Node]) -> bool:
        decisive, unknown = sign == "||", False
        for side in (left, right):
            try:
                if _boolean(self._known(self._term(side))) is decisive:
                    return decisive
            except UnknownError:
                unknown = True
        if unknown:
            raise UnknownError(sign)
        return not decisive

    def _conditional(self, node: Node) -> Any:
        condition, first, second = [child for child in node.named_children if child.type == "expression"]
        return self.expression(first if _boolean(self._known(self.expression(condition))) else second)

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
        return _Evaluator(_unresolved, variables, self._left).text(file_text(path, self._bindings))

    def _tried(self, name: str, nodes: Sequence[Node]) -> Any:
        for node in nodes:
            try:
                value = self.expression(node)
            except MissingError:
                continue
            return value if name == "try" else bool(self._known(value) or True)
        if name == "can":
            return False
        raise MissingError(name)

    def _for_expr(self, node: Node) -> Any:
        inner = node.children[0]
        parts = {child.type: child for child in inner.named_children}
        names = [written(child) for child in parts["for_intro"].named_children if child.type == "identifier"]
        source = self.expression(next(c for c in parts["for_intro"].named_children if c.type == "expression"))
        results = [child for child in inner.named_children if child.type == "expression"]
        done: Any = [] if inner.type == "for_tuple_expr" else {}
        for within in self._iterations(names, source):
            if "for_cond" in parts and not within.holds(parts["for_cond"]):
                continue
            made = [*map(within.expression, results[:-1]), within.kept(results[-1])]
            _collect(done, made, grouped="ellipsis" in parts)
        return done

    def holds(self, node: Node) -> bool:
        return _boolean(self._known(self.expression(next(c for c in node.named_children if c.type == "expression"))))


def _unresolved(name: str) -> Any:
    raise UnknownError(name)


def _collect(done: Any, made: Sequence[Any], *, grouped: bool) -> None:
    if isinstance(done, list):
        done.append(made[0])
        return
    if not is_known(made[0]):
        raise UnknownError
    key = text_of(made[0])
    if grouped:
        done.setdefault(key, []).append(made[1])
    else:
        done[key] = made[1]


def pairs_of(source: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the keys and values over which `for` and `for_each` iterate.

    Raises:
        UnknownError: The collection is not known, or has more than 5,000 items.
    """
    if not isinstance(source, list | Mapping) or len(source) > _MOST_ITEMS:
        raise UnknownError
    if isinstance(source, Mapping):
        yield from sorted(source.items())
    elif isinstance(source, Set):
        yield from ((value, value) for value in source)
    else:
        yield from enumerate(source)


def _boolean(value: Any) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise UnknownError


def _number(value: Any) -> Any:
    if isinstance(value, bool | int):
        return value
    number = float(value)
    return int(number) if number == int(number) else number


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool) or isinstance(left, str) != isinstance(right, str):
        return False
    return bool(left == right)
