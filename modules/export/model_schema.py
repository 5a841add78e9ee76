"""Nodes of the environment model's JSON schema, by path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from environments.fields import Section
from environments.model import Environment

Node = Mapping[str, Any]


@cache
def schema() -> Node:
    """The JSON schema of an environment."""
    return Environment.model_json_schema()


@cache
def properties_of(kind: type[Section]) -> Mapping[str, Node]:
    """The nodes of the keys of the section ``kind``, by name."""
    properties: Mapping[str, Node] = kind.model_json_schema()["properties"]
    return properties


def node_at(path: str) -> Node:
    """The node of the key ``path``, such as ``database.instance_class``."""
    node = schema()
    for part in path.split("."):
        node = resolved(node["properties"][part])
    return node


def resolved(node: Node) -> Node:
    """``node`` with its ``$ref`` followed."""
    if "$ref" not in node:
        return node
    return {**schema()["$defs"][str(node["$ref"]).rpartition("/")[2]], **node}


def section(node: Node) -> Node:
    """The schema of a section; of an optional section, the schema that it has when it is present."""
    choices = [choice for choice in node.get("anyOf", ()) if "$ref" in choice]
    return resolved(choices[0]) if choices else node
