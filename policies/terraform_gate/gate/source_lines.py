"""Finds the line of a resource in its file, for editors and pull requests."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from terraform_gate.terraform_resource import Resource


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
