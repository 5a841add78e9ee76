"""Converts HCL to the data that the same configuration has as Terraform JSON; tree-sitter's HCL grammar parses it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser

from terraform_gate.reading.expression import marked
from terraform_gate.reading.json_file import MOST_DIGITS

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


class HclError(ValueError):
    """Text that is not HCL; the message has the line."""


def parsed(text: str) -> Node:
    """Parse a file.

    Raises:
        HclError: The text is not HCL.
    """
    root = Parser(_language()).parse(text.encode("utf-8", "surrogatepass")).root_node
    if root.has_error:
        raise HclError(f"line {_first_error(root).start_point[0] + 1}")
    return root


@lru_cache(maxsize=1)
def _language() -> Language:
    return Language(tree_sitter_hcl.language())


@lru_cache(maxsize=8192)
def parsed_expression(text: str) -> Node:
    """Parse one expression, without ``${`` and ``}``.

    Raises:
        HclError: The text is not an expression.
    """
    attributes = parsed(f"x = (\n{text}\n)\n").named_children[0].named_children
    if len(attributes) != 1:
        raise HclError("not one expression")
    return attributes[0].named_children[1]


def _first_error(node: Node) -> Node:
    while child := next((item for item in node.children if item.has_error), None):
        node = child
    return node


def written(node: Node) -> str:
    """Return the text of a node."""
    return (node.text or b"").decode("utf-8", "surrogatepass")


def value_of(node: Node) -> Any:
    """Convert an expression: literals to their values, every other expression to ``${...}``."""
    children = [child for child in node.children if child.type != "comment"]
    if len(children) != 1:
        return marked(written(node))
    (inner,) = children
    if inner.type == "literal_value":
        return literal(inner)
    if inner.type == "template_expr":
        return _template(inner.children[0])
    if inner.type == "collection_value":
        return _collection(inner.children[0])
    return marked(written(node))


def literal(node: Node) -> Any:
    """Return the value of a number, a boolean, null or a string without interpolation."""
    (inner,) = node.children
    if inner.type == "string_lit":
        return "".join(unescaped(written(child)) for child in inner.children if child.type == "template_literal")
    if inner.type == "numeric_lit":
        digits = written(inner)
        if len(digits) > MOST_DIGITS:
            raise HclError(f"line {inner.start_point[0] + 1}: a number has more than {MOST_DIGITS} digits")
        number = float(digits) if not digits.isdecimal() else int(digits)
        return int(number) if number == int(number) else number
    return {"true": True, "false": False}.get(written(inner))


def _collection(node: Node) -> Any:
    items = [child for child in node.named_children if child.type in {"expression", "object_elem"}]
    if node.type == "tuple":
        return [value_of(item) for item in items]
    pairs = [list(pair(item)) for item in items]
    if any(key is None for key, _ in pairs):
        return marked(written(node))
    return {key: value_of(value) for key, value in pairs}


def pair(element: Node) -> Iterator[Any]:
    """Yield the key of an object's element (None when it is an expression), then the node of its value."""
    key, value = [child for child in element.named_children if child.type == "expression"]
    only = key.children[0]
    if len(key.children) == 1 and only.type == "variable_expr":
        yield written(only)
    else:
        yield literal(only) if len(key.children) == 1 and only.type == "literal_value" else None
    yield value


def _template(node: Node) -> str:
    if node.type == "heredoc_template":
        return heredoc_text(node) if not _has_directive(node) else marked(f"{written(node)}\n")
    return marked(written(node)) if _has_directive(node) else "".join(_pieces(node))


def _pieces(node: Node) -> Iterator[str]:
    for child in node.named_children:
        if child.type == "template_literal":
            yield unescaped(written(child))
        elif child.type == "template_interpolation":
            yield written(child)


def _has_directive(node: Node) -> bool:
    """Return whether a template has ``%{...}`` or strips white space with ``${~``."""
    inside = [child for child in node.named_children if child.type.startswith("template_")]
    return any(child.type == "template_directive" or written(child).startswith("${~") for child in inside)


def heredoc_text(node: Node) -> str:
    """Return the text of a heredoc, with its interpolations as written."""
    lines = written(node).splitlines(keepends=True)
    text = "".join(lines[1:-1])
    return textwrap.dedent(text) if lines[0].startswith("<<-") else text


def unescaped(text: str) -> str:
    """Replace the escapes of a quoted string; ``$${`` stays, as in Terraform JSON."""
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1]) or _code_point(match[1]), text)


def _code_point(escape: str) -> str:
    if escape[0] in "uU" and len(escape) > 1:
        number = int(escape[1:], 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    return f"\\{escape}"
