"""The defaults of ``optional(...)`` attributes in the types of variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tree_sitter import Node

from terraform_gate.reading.expression import spans
from terraform_gate.reading.hcl_syntax import HclError, pair, parsed_expression, written
from terraform_gate.reading.values import UnknownError

Fill = Callable[[Any], Any]


def filling_of(type_: Any, evaluate: Callable[[str], Any]) -> Fill:
    """Return a function that adds the attributes a value lacks, with the defaults of its type.

    Args:
        type_: The ``type`` of a variable: ``${object({days = optional(number, 7)})}``.
        evaluate: Evaluates the expression of a default.

    Raises:
        UnknownError: The type cannot be read.
    """
    text = str(type_)
    inside = text[2:-1] if list(spans(text)) == [(0, len(text))] else text
    try:
        return _filling(parsed_expression(inside), evaluate)
    except (HclError, IndexError, StopIteration, RecursionError) as error:
        raise UnknownError(str(error)) from error


def _filling(node: Node, evaluate: Callable[[str], Any]) -> Fill:
    call = _call(node)
    if call is None:
        return _unchanged
    name, arguments = written(call.children[0]), _arguments(call)
    if name == "object":
        return _object(arguments[0], evaluate)
    inner = _filling(arguments[0], evaluate) if name in {"optional", "map", "list", "set"} else _unchanged
    return {"map": _values_of, "list": _items_of, "set": _items_of}.get(name, _unchanged)(inner)


def _values_of(fill: Fill) -> Fill:
    return lambda value: {key: fill(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _items_of(fill: Fill) -> Fill:
    return lambda value: [fill(item) for item in value] if isinstance(value, list) else value


def _object(node: Node, evaluate: Callable[[str], Any]) -> Fill:
    attributes: dict[str, tuple[Fill, Any]] = {}
    for element in _elements(node):
        key, value = pair(element)
        attributes[str(key)] = (_filling(value, evaluate), _default(value, evaluate))

    def fill(value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        given = {name: inner(value[name]) for name, (inner, _) in attributes.items() if value.get(name) is not None}
        missing = {name: inner(default) for name, (inner, default) in attributes.items() if name not in given}
        return {**missing, **given}

    return fill


def _default(node: Node, evaluate: Callable[[str], Any]) -> Any:
    call = _call(node)
    if call is None or written(call.children[0]) != "optional":
        return None
    arguments = _arguments(call)
    return evaluate(written(arguments[1])) if len(arguments) > 1 else None


def _call(node: Node) -> Node | None:
    """Return the function call that an expression consists of, in parentheses or without."""
    while node.type == "expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    return node if node.type == "function_call" else None


def _arguments(call: Node) -> list[Node]:
    found = next((child for child in call.named_children if child.type == "function_arguments"), None)
    return [child for child in found.named_children if child.type == "expression"] if found else []


def _elements(node: Node) -> list[Node]:
    waiting, found = [node], []
    while waiting:
        item = waiting.pop()
        if item.type == "object_elem":
            found.append(item)
        else:
            waiting += item.named_children
    return found


def _unchanged(value: Any) -> Any:
    return value
