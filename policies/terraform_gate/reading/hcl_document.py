"""Converts a file in HCL to the blocks that the same configuration has as Terraform JSON."""

from __future__ import annotations

from typing import Any

from tree_sitter import Node

from terraform_gate.reading.hcl_syntax import HclError, parsed, value_of, written

_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "variable": 1, "output": 1}


def document_of(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Convert a file.

    Returns:
        The blocks as in Terraform JSON, and the line of each resource, data source, module call, provider and
        backend by its address.

    Raises:
        HclError: The text is not HCL, or defines a block twice.
    """
    document: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for body in parsed(text).named_children:
        for block in body.named_children if body.type == "body" else ():
            if block.type == "attribute":
                raise HclError(f"line {block.start_point[0] + 1}: an argument outside of a block")
            if block.type == "block":
                _add_block(document, lines, block)
    return document, lines


def arguments_of(text: str) -> dict[str, Any]:
    """Convert a file of variable values (``*.tfvars``).

    Raises:
        HclError: The text is not HCL.
    """
    return {name: value for body in parsed(text).named_children for name, value in _body(body).items()}


def _add_block(document: dict[str, Any], lines: dict[str, int], block: Node) -> None:
    kind, *labels = _labels(block)
    body = next((_body(child) for child in block.named_children if child.type == "body"), {})
    line = block.start_point[0] + 1
    if len(labels) < _LABELS.get(kind, 0):
        raise HclError(f"line {line}: {kind} has too few labels")
    if kind in {"locals", "terraform"}:
        document.setdefault(kind, {}).update(body)
        if "backend" in body or "cloud" in body:
            lines[kind] = line
    elif kind == "provider":
        lines.setdefault(".".join((kind, *labels)), line)
        document.setdefault(kind, {}).setdefault(labels[0] if labels else "", []).append(body)
    elif kind in _LABELS:
        named = document.setdefault(kind, {})
        for label in labels[:-1]:
            named = named.setdefault(label, {})
        if labels[-1] in named:
            raise HclError(f"line {line}: {kind} {'.'.join(labels)} is defined twice")
        named[labels[-1]] = body
        prefix = {"resource": "", "data": "data."}.get(kind, f"{kind}.")
        lines[prefix + ".".join(labels)] = line
    else:
        document.setdefault(kind, []).append(body)


def _labels(block: Node) -> list[str]:
    return [
        written(child) if child.type == "identifier" else written(child)[1:-1]
        for child in block.named_children
        if child.type in {"identifier", "string_lit"}
    ]


def _body(node: Node) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for child in node.named_children:
        if child.type == "attribute":
            body[written(child.named_children[0])] = value_of(child.named_children[1])
        elif child.type == "block":
            kind, *labels = _labels(child)
            inner: Any = next((_body(item) for item in child.named_children if item.type == "body"), {})
            for label in reversed(labels):
                inner = {label: inner}
            present = body.setdefault(kind, [])
            body[kind] = [*(present if isinstance(present, list) else [present]), inner]
    return body
