"""Reads a request of any AWS protocol into parameters in boto3's form.

https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from xml.etree import ElementTree

from terraform_harness.emulator.validation.shapes import NUMBERS, shown

ABSENT = object()
ENVELOPE = frozenset({"Action", "Version"})
INTEGERS = NUMBERS - {"float", "double", "bigdecimal"}


class Malformed(ValueError):
    """A value whose type differs from the model's."""


@dataclass(slots=True)
class Reader:
    """Reads one request.

    Attributes:
        unknown: The parameters that the model does not have.
    """

    unknown: list[str] = field(default_factory=list)

    def read(self, *, shape: Any, protocol: str, request: Any, body: bytes, labels: Mapping[str, Any]) -> Any:
        """Return the parameters.

        Args:
            shape: The input shape of the operation.
            protocol: ``ec2``, ``query``, ``json``, ``rest-json`` or ``rest-xml``.
            request: moto's (werkzeug's) request.
            body: Its body.
            labels: The parameters in the path.

        Raises:
            Malformed: A value has another type than the model says, or the body is not JSON or XML.
        """
        if protocol in ("ec2", "query"):
            query = {key: values[-1] for key, values in request.values.lists() if key not in ENVELOPE}
            found = self._query(shape, _tree(query), "", ec2=protocol == "ec2")
            return {} if found is ABSENT else found
        if protocol == "json":
            return self._json(shape, _loads(body), "")
        return self._rest(shape, request, body, labels, xml=protocol == "rest-xml")

    # query and ec2: flat parameters such as Tag.1.Key
    def _query(self, shape: Any, node: Any, path: str, *, ec2: bool) -> Any:
        if shape.type_name == "structure":
            return self._query_structure(shape, node, path, ec2=ec2)
        if shape.type_name in ("list", "map") and node == "":
            return [] if shape.type_name == "list" else {}
        if shape.type_name == "list":
            if not (ec2 or shape.serialization.get("flattened")):
                node = _mapping(node, path).get(shape.member.serialization.get("name", "member"), {})
            items = _numbered(node, path)
            read = [self._query(shape.member, item, f"{path}[{i}]", ec2=ec2) for i, item in enumerate(items)]
            return [item for item in read if item is not ABSENT]
        if shape.type_name == "map":
            entries = node if shape.serialization.get("flattened") else _mapping(node, path).get("entry", {})
            key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
            pairs = [(entry.get(key, ""), entry.get(value, "")) for entry in _numbered(entries, path)]
            return {name: self._query(shape.value, item, f"{path}.{name}", ec2=ec2) for name, item in pairs}
        return scalar(shape, _text(node, path), path)

    def _query_structure(self, shape: Any, node: Any, path: str, *, ec2: bool) -> Any:
        if node == "":
            return ABSENT
        node, read = _mapping(node, path), {}
        members = _query_members(shape, ec2=ec2)
        for wire, item in node.items():
            if wire not in members:
                self._note(path, (wire,))
                continue
            name, member = members[wire]
            value = self._query(member, item, f"{path}.{name}" if path else name, ec2=ec2)
            if value is not ABSENT:
                read[name] = value
        return read

    # json
    def _json(self, shape: Any, node: Any, path: str) -> Any:
        kind = shape.type_name
        if kind == "string" and isinstance(node, str):
            return node
        if kind == "structure":
            return self._json_structure(shape, node, path)
        if kind == "list":
            member = shape.member
            return [self._json(member, item, path) for item in _typed(node, list, path)]
        if kind == "map":
            value = shape.value
            return {key: self._json(value, item, path) for key, item in _typed(node, dict, path).items()}
        return _json_scalar(shape, node, path)

    def _json_structure(self, shape: Any, node: Any, path: str) -> Any:
        if getattr(shape, "is_document_type", False):
            return node
        members, read = _json_members(shape), {}
        for key, value in _typed(node, dict, path).items():
            if value is None:
                continue
            if found := members.get(key):
                name, member = found
                read[name] = self._json(member, value, name)
            else:
                self._note(path, (key,))
        return read

    # rest-json and rest-xml: path, query string, headers, body
    def _rest(self, shape: Any, request: Any, body: bytes, labels: Mapping[str, Any], *, xml: bool) -> dict[str, Any]:
        read, in_body = {}, {}
        for name, member in shape.members.items():
            value = self._located(name, member, request, labels)
            if value is None:
                in_body[name] = member
            elif value is not ABSENT:
                read[name] = value
        if payload := shape.serialization.get("payload"):
            if body:
                read[payload] = self._payload(shape.members[payload], body, payload, xml=xml)
        elif in_body and body:
            read |= self._xml_members(in_body, _root(body), "") if xml else self._json_in_body(in_body, body)
        return read

    def _json_in_body(self, members: Mapping[str, Any], body: bytes) -> dict[str, Any]:
        read, document = {}, _typed(_loads(body), dict, "")
        wires = {member.serialization.get("name", name): (name, member) for name, member in members.items()}
        for key, value in document.items():
            if key in wires and value is not None:
                name, member = wires[key]
                read[name] = self._json(member, value, name)
            elif value is not None:
                self._note("", (key,))
        return read

    def _located(self, name: str, member: Any, request: Any, labels: Mapping[str, Any]) -> Any:
        """Return the value of a member outside the body; None where the member belongs to the body."""
        location, wire = member.serialization.get("location"), member.serialization.get("name", name)
        if location == "uri":
            return scalar(member, labels[wire], name) if labels.get(wire) is not None else ABSENT
        if location == "header":
            return scalar(member, request.headers[wire], name) if wire in request.headers else ABSENT
        if location == "headers":
            return {k[len(wire) :]: v for k, v in request.headers.items() if k.lower().startswith(wire.lower())}
        return _in_query_string(member, request.args, wire, name) if location == "querystring" else None

    def _payload(self, shape: Any, body: bytes, path: str, *, xml: bool) -> Any:
        if shape.type_name == "blob":
            return body
        if shape.type_name == "string":
            return body.decode(errors="replace")
        return self._xml(shape, [_root(body)], path) if xml else self._json(shape, _loads(body), path)

    def _xml(self, shape: Any, nodes: list[Any], path: str) -> Any:
        """Read elements of one name; only a flattened list or map has more than one."""
        if shape.type_name == "structure":
            return self._xml_members(shape.members, nodes[0], path)
        if shape.type_name == "list":
            items = nodes if shape.serialization.get("flattened") else list(nodes[0])
            return [self._xml(shape.member, [item], f"{path}[{i}]") for i, item in enumerate(items)]
        if shape.type_name == "map":
            entries = nodes if shape.serialization.get("flattened") else list(nodes[0])
            pairs = [(entry[0].text or "", entry[1]) for entry in entries if len(entry) > 1]
            return {key: self._xml(shape.value, [value], f"{path}.{key}") for key, value in pairs}
        return scalar(shape, (nodes[0].text or ""), path)

    def _xml_members(self, members: Mapping[str, Any], node: Any, path: str) -> dict[str, Any]:
        children: dict[str, list[Any]] = {}
        for child in node:
            children.setdefault(_local(child.tag), []).append(child)
        attributes, read = {_local(key): value for key, value in node.attrib.items()}, {}
        for name, member in members.items():
            wire, below = _xml_name(member, name), f"{path}.{name}" if path else name
            if member.serialization.get("xmlAttribute"):
                if (key := wire.rsplit(":", 1)[-1]) in attributes:
                    read[name] = attributes[key]
            elif wire in children:
                read[name] = self._xml(member, children.pop(wire), below)
        self._note(path, children)
        return read

    def _note(self, path: str, names: Iterable[str]) -> None:
        self.unknown.extend(f"{path}.{name}" if path else name for name in names)


def _in_query_string(member: Any, arguments: Any, wire: str, name: str) -> Any:
    if member.type_name == "list":
        return arguments.getlist(wire) or ABSENT
    return scalar(member, arguments[wire], name) if member.type_name != "map" and wire in arguments else ABSENT


@cache
def _query_members(shape: Any, *, ec2: bool) -> Mapping[str, tuple[str, Any]]:
    """Return the members of a structure by their names in a query."""
    wire = _ec2_name if ec2 else _query_name
    return {wire(member, name): (name, member) for name, member in shape.members.items()}


@cache
def _json_members(shape: Any) -> Mapping[str, tuple[str, Any]]:
    """Return the members of a structure by their names in JSON."""
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}


def scalar(shape: Any, text: str, path: str) -> Any:
    """Return the value of a text in a query, path, header or XML element.

    Raises:
        Malformed: The text is not of the shape's type.
    """
    text = str(text)
    kind = shape.type_name
    if kind in INTEGERS:
        return _converted(int, text, "an integer", path)
    if kind in NUMBERS:
        return _converted(float, text, "a number", path)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise Malformed(f"Value '{shown(text)}' at '{path}' is not a boolean: expected true or false")
        return text.lower() == "true"
    return _converted(_decoded, text, "base64", path) if kind == "blob" else text


def _json_scalar(shape: Any, node: Any, path: str) -> Any:
    kind = shape.type_name
    if kind == "boolean":
        return _typed(node, bool, path)
    if kind in NUMBERS:
        number = not isinstance(node, bool) and isinstance(node, int if kind in INTEGERS else (int, float))
        if not number and not (kind in INTEGERS and isinstance(node, float) and node.is_integer()):
            raise Malformed(f"Value '{shown(node)}' at '{path}' is not of type {kind}")
        return node
    if kind == "timestamp":
        return node
    text = _typed(node, str, path)
    return _converted(_decoded, text, "base64", path) if kind == "blob" else text


def _typed(node: Any, kind: type, path: str) -> Any:
    if not isinstance(node, kind):
        raise Malformed(f"Value '{shown(node)}' at '{path}' is not of type {kind.__name__}")
    return node


def _converted(convert: Callable[[str], Any], text: str, noun: str, path: str) -> Any:
    try:
        return convert(text)
    except (ValueError, binascii.Error):
        raise Malformed(f"Value '{shown(text)}' at '{path}' is not {noun}") from None


def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise Malformed(f"the body is not JSON: {error}") from None


def _root(body: bytes) -> Any:
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - the client is a test on this machine
    except ElementTree.ParseError as error:
        raise Malformed(f"the body is not XML: {error}") from None


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
    if not all(number.isdigit() for number in numbers):
        raise Malformed(f"The list '{path}' has an item without a number")
    return [numbers[number] for number in sorted(numbers, key=int)]


def _mapping(node: Any, path: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise Malformed(f"Value '{shown(node)}' at '{path}' is not a structure")
    return node


def _text(node: Any, path: str) -> str:
    if not isinstance(node, str):
        raise Malformed(f"The structure at '{path}' is not a single value")
    return node


def _ec2_name(shape: Any, default: str) -> str:
    if query_name := shape.serialization.get("queryName"):
        return str(query_name)
    name = str(shape.serialization.get("name", default))
    return name[0].upper() + name[1:]


def _query_name(shape: Any, default: str) -> str:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        of_item = shape.member.serialization.get("name")
        if of_item:
            return str(of_item)
    return str(shape.serialization.get("name", default))


def _xml_name(shape: Any, default: str) -> str:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        of_item = shape.member.serialization.get("name")
        if of_item and "name" not in shape.serialization:
            return str(of_item)
    return str(shape.serialization.get("name", default))


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]
