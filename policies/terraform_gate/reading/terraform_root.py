"""The files of one folder, merged into one root as Terraform merges them, override files included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_gate.reading.json_file import UnreadableError
from terraform_gate.reading.overrides import is_override, overridden
from terraform_gate.terraform_resource import items

_LABELLED = frozenset({"resource", "data", "ephemeral"})
_DEPTHS = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "variable": 1, "output": 1, "provider": 1}
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
        positions: File and line (1 when it is not known) of each resource, data source, module call, output, and of
            the first ``terraform`` block and the first block of each provider (``provider.aws``).
        values: Values of variables from ``*.tfvars`` files.
        modules: The modules that ``module`` blocks call, by the label of the block, as far as they could be read.
    """

    name: str
    files: tuple[Path, ...]
    blocks: Mapping[str, Mapping[str, Any]] = field(repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    positions: Mapping[str, tuple[Path, int]] = field(default_factory=dict, repr=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    modules: Mapping[str, TerraformRoot] = field(default_factory=dict, repr=False)

    def bodies(self, block_type: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield (type, name, body) of every block; ``block_type`` is ``resource`` or ``data``."""
        for kind, named in self.blocks.get(block_type, {}).items():
            for name, body in named.items():
                if name != "//" and kind != "//":
                    yield kind, name, body


def root_of(
    name: str,
    files: Iterable[Path],
    documents: Iterable[Mapping[str, Any]],
    *,
    lines: Mapping[Path, Mapping[str, int]] | None = None,
) -> TerraformRoot:
    """Merge the documents of one folder as Terraform does: override files last.

    Args:
        name: The name of the stack.
        files: The files.
        documents: Their contents, as Terraform JSON.
        lines: The line of each block of a file, by its address.

    Raises:
        UnreadableError: A block has a shape that Terraform rejects too.
    """
    given = sorted(zip(files, documents, strict=True), key=lambda item: is_override(item[0]))
    blocks: dict[str, dict[str, Any]] = defaultdict(dict)
    metadata: dict[str, Any] = {}
    positions: dict[str, tuple[Path, int]] = {}
    for file, document in given:
        for block_type, content in document.items():
            if block_type == "//":
                metadata |= content if isinstance(content, Mapping) else {}
                continue
            labelled = _labelled(content, file=file, where=block_type)
            if is_override(file):
                labelled = overridden(blocks[block_type], labelled, depth=_DEPTHS.get(block_type, 0))
            _merge(blocks[block_type], labelled, file=file, where=block_type)
        known = (lines or {}).get(file, {})
        positions = {**_addresses(document, file, known), **positions}
    root = TerraformRoot(
        name=name,
        files=tuple(file for file, _ in given),
        blocks=dict(blocks),
        metadata=metadata,
        positions=positions,
    )
    for comment in (metadata, *(body.get("//") for _, _, body in root.bodies("resource"))):
        _check_metadata(comment, file=given[0][0])
    return root


def _addresses(document: Mapping[str, Any], file: Path, lines: Mapping[str, int]) -> dict[str, tuple[Path, int]]:
    found = {}
    for block_type, prefix in (("resource", ""), ("data", "data.")):
        for kind, named in _maps(document.get(block_type)):
            for name, _ in _maps(named):
                address = f"{prefix}{kind}.{name}"
                found[address] = (file, lines.get(address, 1))
    for block_type in ("module", "provider", "output"):
        for name, _ in _maps(document.get(block_type)):
            found[f"{block_type}.{name}"] = (file, lines.get(f"{block_type}.{name}", 1))
    if any(name in {"backend", "cloud"} for name, _ in _maps(document.get("terraform"))):
        found["terraform"] = (file, lines.get("terraform", 1))
    return found


def _maps(content: Any) -> Iterator[tuple[str, Any]]:
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, Mapping):
            yield from item.items()


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
        elif (
            where == "provider" and label in target and not is_override(file)
        ):  # one block for each alias, possibly in several files
            target[label] = [*items(target[label]), *items(value)]
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
