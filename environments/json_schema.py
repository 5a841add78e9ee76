"""The JSON schema of an environment, and the way to a key in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from environments.fields import Decided, decided_at
from environments.model import Environment

Node = Mapping[str, Any]


@cache
def schema() -> Node:
    """The JSON schema of an environment."""
    return Environment.model_json_schema()


def decided(path: str) -> Decided:
    """When the value of a key is decided, as the field declares it.

    Args:
        path: the key, such as ``database.multi_az`` or ``workers[].cpu``.

    Raises:
        KeyError: when no key has this path, or when it is a section.

    >>> decided("database.storage_gib"), decided("database.multi_az"), decided("topology")
    ('plan', 'plan', 'synth')
    """
    steps = [step for name in path.split(".") for step in ((name[:-2], 0) if name.endswith("[]") else (name,))]
    node = node_at(schema(), steps)
    if node is None or any("properties" in choice for choice in choices(schema(), node)):
        raise KeyError(path)
    return decided_at(node)


def resolved(schema: Node, node: Node) -> Node:
    """``node`` with its reference into ``schema`` followed; the node's own keys win."""
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
    """The node at a pydantic location such as ``("workers", 0, "cpu")``; None when the schema has no such node."""
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


def keys(node: Node | None = None, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Each key that is not a section, and each section that may be absent, with its node, in the order of the model.

    >>> "workers[].name" in dict(keys()), "hibernation" in dict(keys())
    (True, True)
    """
    node = node or schema()
    for name, raw in node["properties"].items():
        found = resolved(schema(), raw)
        inner = section(found)
        if inner is None or {"type": "null"} in found.get("anyOf", ()):
            yield f"{prefix}{name}", found
        if inner is not None:
            yield from keys(inner, f"{prefix}{name}{'[]' if found.get('type') == 'array' else ''}.")


def section(node: Node) -> Node | None:
    """The node of the section, or of the items of the list of sections, that a key holds; None for a plain key."""
    for option in choices(schema(), node):
        inner = resolved(schema(), option.get("items", {})) if option.get("type") == "array" else option
        if "properties" in inner:
            return inner
    return None
