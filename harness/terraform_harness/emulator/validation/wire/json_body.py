"""The json protocol, and the bodies of rest-json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from terraform_harness.emulator.validation.shapes import NUMBERS, shown
from terraform_harness.emulator.validation.wire.scalars import INTEGERS, Malformed, Note, decoded, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReader:
    """Reads JSON by a shape.

    Attributes:
        note: Called for each unknown parameter.
    """

    note: Note

    def read(self, shape: Any, body: bytes) -> Any:
        """Return the parameters in a body."""
        return self._value(shape, loads(body), "")

    def members(self, members: Mapping[str, Any], body: bytes) -> dict[str, Any]:
        """Return those members of a structure that are in the body."""
        return self._members(_by_wire_name(members), loads(body), "")

    def _value(self, shape: Any, node: Any, path: str) -> Any:
        kind = shape.type_name
        if kind == "string" and isinstance(node, str):
            return node
        if kind == "structure":
            document = getattr(shape, "is_document_type", False)
            return node if document else self._members(_members_of(shape), node, path)
        if kind == "list":
            member = shape.member
            return [self._value(member, item, path) for item in typed(node, list, path)]
        if kind == "map":
            value = shape.value
            return {key: self._value(value, item, path) for key, item in typed(node, dict, path).items()}
        return _scalar(shape, node, path)

    def _members(self, members: Mapping[str, tuple[str, Any]], node: Any, path: str) -> dict[str, Any]:
        read = {}
        for key, value in typed(node, dict, path).items():
            if value is None:
                continue
            if found := members.get(key):
                name, member = found
                read[name] = self._value(member, value, name)
            else:
                self.note(path, key)
        return read


@cache
def _members_of(shape: Any) -> Mapping[str, tuple[str, Any]]:
    return _by_wire_name(shape.members)


def _by_wire_name(members: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    return {member.serialization.get("name", name): (name, member) for name, member in members.items()}


def _scalar(shape: Any, node: Any, path: str) -> Any:
    kind = shape.type_name
    if kind == "boolean":
        return typed(node, bool, path)
    if kind in NUMBERS:
        number = not isinstance(node, bool) and isinstance(node, (int, float))
        if not number or (kind in INTEGERS and node != int(node)):
            raise Malformed(f"Value '{shown(node)}' at '{path}' is not of type {kind}")
        return node
    if kind == "timestamp":
        return node
    text = typed(node, str, path)
    return decoded(text, path) if kind == "blob" else text


def loads(body: bytes) -> Any:
    """Return the JSON document in a body; an empty body has no parameters.

    Raises:
        Malformed: The body is not JSON.
    """
    try:
        return json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise Malformed(f"the body is not JSON: {error}") from None
