"""Terraform JSON files: those of one folder are merged into one root."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_gate.reading.json_file import UnreadableError

_LABELLED = frozenset({"resource", "data", "ephemeral"})
_METADATA_LISTS = ("waivers", "flows")
BLOCK_TYPES = _LABELLED | {"terraform", "provider", "variable", "locals", "output", "module"}


@dataclass(frozen=True)
class TerraformRoot:
    """The blocks of one Terraform root.

    Attributes:
        name: The name of the stack.
        files: The files, merged in this order.
        blocks: ``blocks["resource"][type][name]`` is the body of a resource.
        metadata: The top-level ``"//"``.
    """

    name: str
    files: tuple[Path, ...]
    blocks: Mapping[str, Mapping[str, Any]] = field(repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def bodies(self, block_type: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield (type, name, body) of every block; ``block_type`` is ``resource`` or ``data``."""
        for kind, named in self.blocks.get(block_type, {}).items():
            for name, body in named.items():
                if name != "//" and kind != "//":
                    yield kind, name, body


def root_of(name: str, files: Iterable[Path], documents: Iterable[Mapping[str, Any]]) -> TerraformRoot:
    """Merge the documents of one folder as Terraform does.

    Raises:
        UnreadableError: A block has a shape that Terraform rejects too.
    """
    listed = tuple(files)
    blocks: dict[str, dict[str, Any]] = defaultdict(dict)
    metadata: dict[str, Any] = {}
    for file, document in zip(listed, documents, strict=True):
        for block_type, content in document.items():
            if block_type == "//":
                metadata |= content if isinstance(content, Mapping) else {}
            else:
                _merge(blocks[block_type], _labelled(content, file=file, where=block_type), file=file, where=block_type)
    root = TerraformRoot(name=name, files=listed, blocks=dict(blocks), metadata=metadata)
    for comment in (metadata, *(body.get("//") for _, _, body in root.bodies("resource"))):
        _check_metadata(comment, file=listed[0])
    return root


def _check_metadata(comment: Any, *, file: Path) -> None:
    for name in _METADATA_LISTS if isinstance(comment, Mapping) else ():
        if not isinstance(comment.get(name, []), list):
            raise UnreadableError(file, f"//.{name}: a list is expected, got {type(comment[name]).__name__}")


def _labelled(content: Any, *, file: Path, where: str) -> Mapping[str, Any]:
    """Return the labels of a block as one map: Terraform also accepts a list of maps."""
    if isinstance(content, Mapping):
        return content
    if isinstance(content, list) and all(isinstance(item, Mapping) for item in content):
        merged: dict[str, Any] = {}
        for item in content:
            _merge(merged, item, file=file, where=where)
        return merged
    raise UnreadableError(file, f"{where}: an object or a list of objects is expected, got {type(content).__name__}")


def _merge(target: dict[str, Any], source: Mapping[str, Any], *, file: Path, where: str) -> None:
    nested = where in _LABELLED
    for label, content in source.items():
        if label == "//":
            continue
        value = dict(_labelled(content, file=file, where=f"{where}.{label}")) if nested else content
        if nested and isinstance(target.get(label), dict):
            target[label] |= value
        else:
            target[label] = value
    if nested:
        _check_bodies(target, file=file, where=where)
    elif where in {"variable", "output", "module"}:
        _check_bodies({where: target}, file=file, where="top level")


def _check_bodies(labelled: Mapping[str, Any], *, file: Path, where: str) -> None:
    for kind, named in labelled.items():
        for name, body in named.items():
            if name != "//" and not isinstance(body, Mapping):
                raise UnreadableError(file, f"{where}.{kind}.{name}: an object is expected, got {type(body).__name__}")
