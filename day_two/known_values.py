"""Replaces references to resources that a change does not reach by values of the applied state.

Terraform then plans only what can change. A third of the resources remains, and the large ones (web ACL, task
definitions) are seldom among them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from day_two.joining import Document

# An attribute of a managed resource; not of an ephemeral resource, a local or a longer name.
_ATTRIBUTE = re.compile(r"(?<![\w.-])([a-z]\w*\.[\w-]+)\.(\w+)")


def attributes(state: Document, module: str) -> dict[str, Mapping[str, Any]]:
    """The attributes of each resource of a module in a state file, by address in the module."""
    return {
        f"{resource['type']}.{resource['name']}": resource["instances"][0]["attributes"]
        for resource in state["resources"]
        if resource.get("module") == f"module.{module}"
    }


def with_known_values(nodes: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """``nodes`` with locals in place of the resources ``values``, and these locals.

    Args:
        nodes: bodies by address, as in ``Module.nodes``.
        values: attributes of resources that are not among the nodes.

    Raises:
        KeyError: a node refers to an attribute that its resource does not have.
    """
    found = {address: _without_dependencies(body, values) for address, body in nodes.items()}
    text = json.dumps(found)
    used = {(address, name) for address, name in _ATTRIBUTE.findall(text) if address in values}
    known: dict[str, Any] = {}
    for address, name in sorted(used):
        known.setdefault(f"local.{_local(address)}", {})[name] = _literal(values[address][name])

    def local(match: re.Match[str]) -> str:
        return f"local.{_local(match[1])}.{match[2]}" if match[1] in values else match[0]

    replaced: dict[str, Any] = json.loads(_ATTRIBUTE.sub(local, text))
    return replaced | known


def _local(address: str) -> str:
    return f"known_{address.replace('.', '__')}"


def _without_dependencies(body: Any, values: Mapping[str, Any]) -> Any:
    if not isinstance(body, Mapping) or "depends_on" not in body:
        return body
    return {**body, "depends_on": [address for address in body["depends_on"] if address not in values]}


def _literal(value: Any) -> Any:
    """``value`` with the beginnings of templates escaped."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        return {key: _literal(item) for key, item in value.items()}
    return [_literal(item) for item in value] if isinstance(value, list) else value
