"""The query and ec2 protocols: flat parameters such as ``Tag.1.Key``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from terraform_harness.emulator.validation.shapes import shown
from terraform_harness.emulator.validation.wire.scalars import ABSENT, Malformed, Note, joined, scalar

ENVELOPE = frozenset({"Action", "Version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryReader:
    """Reads the parameters of a form by a shape.

    Attributes:
        note: Called for each unknown parameter.
        ec2: Whether the names are those of the ec2 protocol.
    """

    note: Note
    ec2: bool

    def read(self, shape: Any, values: Any) -> Any:
        """Return the parameters in werkzeug's ``values``."""
        query = {key: found[-1] for key, found in values.lists() if key not in ENVELOPE}
        read = self._value(shape, _tree(query), "")
        return {} if read is ABSENT else read

    def _value(self, shape: Any, node: Any, path: str) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return ABSENT if node == "" else self._structure(shape, _mapping(node, path), path)
        if kind == "list":
            return [] if node == "" else self._list(shape, node, path)
        if kind == "map":
            return {} if node == "" else self._map(shape, node, path)
        if not isinstance(node, str):
            raise Malformed(f"The structure at '{path}' is not a single value")
        return scalar(shape, node, path)

    def _structure(self, shape: Any, node: Mapping[str, Any], path: str) -> dict[str, Any]:
        members, read = _members(shape, ec2=self.ec2), {}
        for wire, item in node.items():
            if wire not in members:
                self.note(path, wire)
                continue
            name, member = members[wire]
            value = self._value(member, item, joined(path, name))
            if value is not ABSENT:
                read[name] = value
        return read

    def _list(self, shape: Any, node: Any, path: str) -> list[Any]:
        if not (self.ec2 or shape.serialization.get("flattened")):
            node = _mapping(node, path).get(shape.member.serialization.get("name", "member"), {})
        read = [self._value(shape.member, item, f"{path}[{i}]") for i, item in enumerate(_numbered(node, path))]
        return [item for item in read if item is not ABSENT]

    def _map(self, shape: Any, node: Any, path: str) -> dict[str, Any]:
        entries = node if shape.serialization.get("flattened") else _mapping(node, path).get("entry", {})
        key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        pairs = [(entry.get(key, ""), entry.get(value, "")) for entry in _numbered(entries, path)]
        return {name: self._value(shape.value, item, joined(path, name)) for name, item in pairs}


@cache
def _members(shape: Any, *, ec2: bool) -> Mapping[str, tuple[str, Any]]:
    """Return the members of a structure by their names in a query."""
    wire = _ec2_name if ec2 else _query_name
    return {wire(member, name): (name, member) for name, member in shape.members.items()}


def _ec2_name(shape: Any, default: str) -> str:
    if query_name := shape.serialization.get("queryName"):
        return str(query_name)
    name = str(shape.serialization.get("name", default))
    return name[0].upper() + name[1:]


def _query_name(shape: Any, default: str) -> str:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        default = shape.member.serialization.get("name") or shape.serialization.get("name", default)
        return str(default)
    return str(shape.serialization.get("name", default))


def _tree(query: Mapping[str, str]) -> dict[str, Any]:
    """Return ``{"Tag.1.Key": "a"}`` as ``{"Tag": {"1": {"Key": "a"}}}``."""
    root: dict[str, Any] = {}
    for key, value in query.items():
        *parents, last = key.split(".")
        node = root
        for parent in parents:
            below = node.get(parent)
            if not isinstance(below, dict):
                below = node[parent] = {}
            node = below
        node.setdefault(last, value)
    return root


def _numbered(node: Any, path: str) -> list[Any]:
    numbers = _mapping(node, path)
    if not all(number.isdecimal() for number in numbers):
        raise Malformed(f"The list '{path}' has an item without a number")
    return [numbers[number] for number in sorted(numbers, key=int)]


def _mapping(node: Any, path: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise Malformed(f"Value '{shown(node)}' at '{path}' is not a structure")
    return node
