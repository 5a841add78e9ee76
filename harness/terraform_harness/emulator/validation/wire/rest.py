"""The rest-json and rest-xml protocols: path, query string, headers, body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from terraform_harness.emulator.validation.wire.json_body import JsonReader
from terraform_harness.emulator.validation.wire.scalars import ABSENT, Malformed, Note, joined, scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class RestReader:
    """Reads a request by a shape.

    Attributes:
        note: Called for each unknown parameter.
        xml: Whether the body is XML; JSON otherwise.
    """

    note: Note
    xml: bool

    def read(self, shape: Any, request: Any, body: bytes, labels: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters."""
        read, in_body = {}, {}
        for name, member in shape.members.items():
            value = _located(name, member, request, labels)
            if value is None:
                in_body[name] = member
            elif value is not ABSENT:
                read[name] = value
        if payload := shape.serialization.get("payload"):
            if body:
                read[payload] = self._payload(shape.members[payload], body, payload)
        elif in_body and body:
            read |= self._members(in_body, _root(body), "") if self.xml else self._json.members(in_body, body)
        return read

    @property
    def _json(self) -> JsonReader:
        return JsonReader(note=self.note)

    def _payload(self, shape: Any, body: bytes, path: str) -> Any:
        if shape.type_name == "blob":
            return body
        if shape.type_name == "string":
            return body.decode(errors="replace")
        return self._value(shape, [_root(body)], path) if self.xml else self._json.read(shape, body)

    def _value(self, shape: Any, nodes: list[Any], path: str) -> Any:
        """Read XML elements of one name; only a flattened list or map has more than one."""
        kind = shape.type_name
        if kind == "structure":
            return self._members(shape.members, nodes[0], path)
        if kind not in ("list", "map"):
            return scalar(shape, (nodes[0].text or ""), path)
        items = nodes if shape.serialization.get("flattened") else list(nodes[0])
        if kind == "list":
            return [self._value(shape.member, [item], f"{path}[{i}]") for i, item in enumerate(items)]
        pairs = [(entry[0].text or "", entry[1]) for entry in items if len(entry) > 1]
        return {key: self._value(shape.value, [value], joined(path, key)) for key, value in pairs}

    def _members(self, members: Mapping[str, Any], node: Any, path: str) -> dict[str, Any]:
        children: dict[str, list[Any]] = {}
        for child in node:
            children.setdefault(_local(child.tag), []).append(child)
        attributes, read = {_local(key): value for key, value in node.attrib.items()}, {}
        for name, member in members.items():
            wire = _xml_name(member, name)
            if member.serialization.get("xmlAttribute"):
                if (key := wire.rsplit(":", 1)[-1]) in attributes:
                    read[name] = attributes[key]
            elif wire in children:
                read[name] = self._value(member, children.pop(wire), joined(path, name))
        for unknown in children:
            self.note(path, unknown)
        return read


def _located(name: str, member: Any, request: Any, labels: Mapping[str, Any]) -> Any:
    """Return the value of a member outside the body; None where the member belongs to the body."""
    location, wire = member.serialization.get("location"), member.serialization.get("name", name)
    if location == "uri":
        return scalar(member, labels[wire], name) if labels.get(wire) is not None else ABSENT
    if location == "header":
        return scalar(member, request.headers[wire], name) if wire in request.headers else ABSENT
    if location == "headers":
        return {k[len(wire) :]: v for k, v in request.headers.items() if k.lower().startswith(wire.lower())}
    return _in_query_string(member, request.args, wire, name) if location == "querystring" else None


def _in_query_string(member: Any, arguments: Any, wire: str, name: str) -> Any:
    if member.type_name == "list":
        return arguments.getlist(wire) or ABSENT
    return scalar(member, arguments[wire], name) if member.type_name != "map" and wire in arguments else ABSENT


def _root(body: bytes) -> Any:
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - the client is a test on this machine
    except ElementTree.ParseError as error:
        raise Malformed(f"the body is not XML: {error}") from None


def _xml_name(shape: Any, default: str) -> str:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        of_item = shape.member.serialization.get("name")
        if of_item and "name" not in shape.serialization:
            return str(of_item)
    return str(shape.serialization.get("name", default))


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
