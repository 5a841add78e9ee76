"""Reads the interface of a module from its ``.tf`` files, which may have been changed by hand after the export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.reading.hcl_document import document_of
from terraform_gate.reading.hcl_syntax import HclError


class InterfaceError(ValueError):
    """A folder is not an exported module; the message says why."""


def declared(files: Mapping[str, str]) -> dict[str, Any]:
    """The inputs, outputs, resources, required versions and moved blocks that ``files`` declare.

    Args:
        files: texts of the ``.tf`` files by name.

    Raises:
        InterfaceError: a file is not HCL.
    """
    documents = [_document(name, text) for name, text in sorted(files.items())]
    return {
        "inputs": {name: _input(body) for name, body in _merged(documents, "variable")},
        "outputs": {name: body.get("value") for name, body in _merged(documents, "output")},
        "resources": {
            f"{kind}.{name}": body for kind, items in _merged(documents, "resource") for name, body in items.items()
        },
        "others": dict(_others(documents)),
        "requires": dict(_requirements(documents)),
        "moved": {
            bare(block["from"]): bare(block["to"])
            for document in documents
            for block in document.get("moved", ())
            if {"from", "to"} <= block.keys()
        },
    }


def bare(expression: Any) -> str:
    """The expression without ``${`` and ``}``: a type, an address, a condition."""
    text = str(expression)
    return text[2:-1] if text.startswith("${") and text.endswith("}") else text


def _document(name: str, text: str) -> Mapping[str, Any]:
    try:
        return document_of(text)[0]
    except (HclError, RecursionError) as problem:
        raise InterfaceError(f"{name}: not HCL: {problem}. Fix: run terraform fmt, which names the line") from None


def _merged(documents: list[Mapping[str, Any]], kind: str) -> Iterator[tuple[str, Any]]:
    """The blocks of a kind by their first label; resources of one type may be in several files."""
    found: dict[str, Any] = {}
    for document in documents:
        for name, body in document.get(kind, {}).items():
            found[name] = found.get(name, {}) | body if kind == "resource" else body
    yield from found.items()


def _others(documents: list[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for document in documents:
        yield from ((f"local.{name}", value) for name, value in document.get("locals", {}).items())
        for section in ("data", "ephemeral"):
            for kind, items in document.get(section, {}).items():
                yield from ((f"{section}.{kind}.{name}", body) for name, body in items.items())


def _input(body: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": bare(body.get("type", "any")),
        "required": "default" not in body,
        "nullable": body.get("nullable", True),
        "accepted": [bare(rule.get("condition", "")) for rule in body.get("validation", ())],
    }
    return found | ({"default": body["default"]} if "default" in body else {})


def _requirements(documents: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for document in documents:
        settings = document.get("terraform", {})
        if "required_version" in settings:
            yield "terraform", settings["required_version"]
        for block in settings.get("required_providers", ()):
            yield from ((name, provider.get("version", "")) for name, provider in block.items())
