"""Terraform JSON files: those of one folder are merged into one root."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_gate.reading.expression import RepeatedKeyError, unique

_LABELLED = frozenset({"resource", "data", "ephemeral"})
BLOCK_TYPES = _LABELLED | {"terraform", "provider", "variable", "locals", "output", "module"}


class UnreadableError(Exception):
    """A file that cannot be evaluated; ``reason`` says why, with the fix where there is one."""

    def __init__(self, file: Path, reason: str) -> None:
        """Take the file and the reason."""
        super().__init__(f"{file}: {reason}")
        self.file, self.reason = file, reason


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


def read_json(file: Path) -> Any:
    """Read a JSON file.

    Raises:
        UnreadableError: The file is missing, is not text, or is not JSON (with line and column).
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=unique)
    except RepeatedKeyError as error:
        raise UnreadableError(file, f"the key {error} is repeated in one object") from error
    except OSError as error:
        raise UnreadableError(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UnreadableError(file, f"not UTF-8 text (byte {error.start})") from error
    except RecursionError as error:
        raise UnreadableError(file, "nested too deeply") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(file, f"not JSON: {error.msg}, line {error.lineno} column {error.colno}") from error


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
    return TerraformRoot(name=name, files=listed, blocks=dict(blocks), metadata=metadata)


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
