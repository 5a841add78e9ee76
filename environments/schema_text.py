"""The allowed values of a key in plain English, from its JSON schema: for error messages and the documentation."""

from __future__ import annotations

from environments.errors import listed
from environments.json_schema import Node, choices, resolved

MAX_LISTED_VALUES = 24
TYPE_TEXT = {"string": "text", "boolean": "true or false", "object": "a section", "date": "a date such as 2027-03-31"}


def allowed_values(schema: Node, node: Node) -> str:
    """``a whole number, 0 to 100``; ``one of s3, cloud or local``; ``an AWS account id: 12 digits ...``."""
    return " or ".join(_choice(schema, option, outer=node) for option in choices(schema, node))


def _choice(schema: Node, node: Node, *, outer: Node) -> str:
    kind = str(node.get("type"))
    if "label" in node:
        return f"{node['label']}{_most_characters(node)}"
    if "enum" in node:
        few = len(node["enum"]) <= MAX_LISTED_VALUES
        return f"one of {listed(node['enum'])}" if few else "one of the values in environments/schema.json"
    if kind == "array":
        return f"a list{_length(node)}, each item {allowed_values(schema, resolved(schema, node.get('items', {})))}"
    if kind == "integer":
        return "a whole number" + _range({**outer, **node})
    if kind == "object" and "properties" not in node:
        values: Node = next(iter(node.get("patternProperties", {}).values()), {})
        return f"a mapping of names to {'lists of text' if values.get('type') == 'array' else 'text'}"
    return TYPE_TEXT.get(str(node.get("format", kind)), kind)


def _range(node: Node) -> str:
    limits = _limits(node.get("minimum"), node.get("maximum"))
    return f", {limits}" if limits else ""


def _length(node: Node) -> str:
    limits = _limits(node.get("minItems"), node.get("maxItems"))
    return f" ({limits})" if limits else ""


def _limits(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at least {low:g}" if low is not None else f"at most {high:g}" if high is not None else ""
    return f"{low:g} to {high:g}"


def _most_characters(node: Node) -> str:
    return f", at most {node['maxLength']} characters" if "maxLength" in node else ""
