"""The steps of a traversal in HCL: ``.name``, ``[index]`` and the two splats."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from tree_sitter import Node

from terraform_gate.reading.expression import is_known, marked, spans
from terraform_gate.reading.hcl_syntax import written
from terraform_gate.reading.values import UnknownError, item_of

_POSTFIXES = frozenset({"get_attr", "index", "splat"})
_SPLATS = frozenset({"full_splat", "attr_splat"})

Evaluate = Callable[[Node], Any]
"""The value of an expression."""


def is_unknown(value: Any) -> bool:
    """Return whether the whole value is one ``${...}``."""
    return isinstance(value, str) and list(spans(value)) == [(0, len(value))]


def known(value: Any) -> Any:
    """Return a value in which everything is known.

    Raises:
        UnknownError: It contains an expression.
    """
    if not is_known(value):
        raise UnknownError
    return value


def followed(value: Any, steps: Sequence[Node], evaluate: Evaluate) -> Any:
    """Follow the steps from a value; from an unknown value they stay an expression.

    Raises:
        MissingError: A known value has no such attribute or element.
        UnknownError: An index is not known.
    """
    for node in steps:
        value = _step(value, node if node.type == "get_attr" else node.children[0], evaluate)
    return value


def _step(value: Any, node: Node, evaluate: Evaluate) -> Any:
    if node.type in _SPLATS:
        return _splat(value, node, evaluate)
    is_index = node.type == "new_index"
    key: Any = index_of(node, evaluate) if is_index else written(node)[1:].strip()
    if is_unknown(value):
        return marked(f"{value[2:-1]}[{json.dumps(key)}]" if is_index else f"{value[2:-1]}.{key}")
    return item_of(value, key)


def index_of(node: Node, evaluate: Evaluate) -> Any:
    """Return the key in brackets.

    Raises:
        UnknownError: It is not known.
    """
    index = known(evaluate(next(item for item in node.named_children if item.type == "expression")))
    return int(index) if isinstance(index, float) else index


def _splat(value: Any, node: Node, evaluate: Evaluate) -> Any:
    if is_unknown(value):
        return marked(f"{value[2:-1]}{written(node)}")
    listed = value if isinstance(value, list) else [] if value is None else [value]
    steps = [child for child in node.children if child.type in _POSTFIXES]
    return [followed(item, steps, evaluate) for item in listed]
