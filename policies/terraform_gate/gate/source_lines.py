"""Finds the file and line that define a resource, for editors and pull requests."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from terraform_gate.terraform_resource import Resource

_FRAME = re.compile(r"([^\s():]+\.(?:py|ts|js)):(\d+)")
_INSTALLED = frozenset({"site-packages", "node_modules"})


def location_of(resource: Resource) -> tuple[Path, int]:
    """Return the file and line (from 1) to show: of the program if there is a stack trace, else of the resource.

    A frame counts if its file is below the current folder, and not part of an installed package.
    """
    for match in filter(None, map(_FRAME.search, resource.stack_trace)):
        file = Path(match[1])
        if _INSTALLED.isdisjoint(file.parts) and _is_here(file):
            return file, int(match[2])
    return resource.file, line_of(resource)


def _is_here(file: Path) -> bool:
    try:
        return file.resolve().is_relative_to(Path.cwd()) and file.is_file()
    except (OSError, ValueError):
        return False


def line_of(resource: Resource) -> int:
    """Return the line (from 1) on which the resource starts; 1 when the file is a plan or cannot be read."""
    if resource.line > 1:
        return resource.line
    text = _text(resource.file)
    kind = re.search(rf'"{re.escape(resource.type)}"\s*:\s*\{{', text)
    name = re.compile(rf'"{re.escape(resource.name)}"\s*:\s*[\{{\[]').search(text, kind.end()) if kind else None
    return text.count("\n", 0, name.start()) + 1 if name else 1


@lru_cache(maxsize=32)
def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8") if file.name.endswith(".tf.json") else ""
    except (OSError, UnicodeDecodeError):
        return ""
