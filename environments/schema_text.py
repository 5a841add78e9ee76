"""What a key may be, in words: from its node of the JSON schema, for errors, docs and Terraform variables alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from environments.errors import listed

Node = Mapping[str, Any]
SIMPLE = {"string": "text", "boolean": "true or false", "object": "a section", "date": "a date such as 2027-03-31"}


def resolved(schema: Node, node: Node) -> Node:
    """``node`` with its reference into ``schema`` followed; keys beside the reference win."""
    reference = node.get("$ref")
    if reference is None:
        return node
    target = schema["$defs"][str(reference).rsplit("/", 1)[1]]
    return {**resolved(schema, target), **{key: value for key, value in node.items() if key != "$ref"}}


def choices(schema: Node, node: Node) -> Iterator[Node]:
    """The alternatives of a node, without null."""
    for option in node.get("anyOf", [node]):
        found = resolved(schema, option)
        if found.get("type") != "null":
            yield found


def node_at(schema: Node, path: Sequence[str | int]) -> Node | None:
    """The node at a pydantic location such as ``("workers", 0, "cpu")``; None where the schema ends before."""
    node: Node = schema
    for step in path:
        found = next(choices(schema, resolved(schema, node)), None)
        if found is None:
            return None
        inner = found.get("items") if isinstance(step, int) else _property(found, step)
        if not isinstance(inner, Mapping):
            return None
        node = inner
    return resolved(schema, node)


def _property(node: Node, name: str) -> Any:
    patterns = list(node.get("patternProperties", {}).values())
    return node.get("properties", {}).get(name, patterns[0] if patterns else node.get("additionalProperties"))


def words(schema: Node, node: Node) -> str:
    """``whole number, 0 to 100``; ``one of s3, cloud or local``; ``AWS account id: 12 digits ...``."""
    return " or ".join(_words(schema, option, outer=node) for option in choices(schema, node))


def _words(schema: Node, node: Node, *, outer: Node) -> str:
    kind = str(node.get("type"))
    if "form" in node:
        return str(node["form"])
    if "enum" in node:
        return f"one of {listed(node['enum'])}" if len(node["enum"]) < 25 else "one of the values of the schema"
    if kind == "array":
        return f"a list{_length(node)}, each {words(schema, resolved(schema, node.get('items', {})))}"
    if kind == "integer":
        return "a whole number" + _range({**outer, **node})
    if kind == "object" and "properties" not in node:
        return "a mapping of names to text"
    return SIMPLE.get(str(node.get("format", kind)), kind)


def _range(node: Node) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    return f", {low:g} to {high:g}" if low is not None and high is not None else ""


def _length(node: Node) -> str:
    low, high = node.get("minItems"), node.get("maxItems")
    return f" ({low} to {high})" if low is not None and high is not None else ""
