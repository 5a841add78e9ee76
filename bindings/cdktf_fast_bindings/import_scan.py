"""Finds the submodules of the AWS bindings that Python files import."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from cdktf_fast_bindings.distribution import PACKAGE

# The fields of the syntax tree that hold statements.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def submodules_in_use(sources: Iterable[Path]) -> frozenset[str]:
    """Return the submodules that files, and the Python files of folders, import: ``{"db_instance"}``.

    A file that Python cannot parse is skipped: its own import reports the error.
    """
    return frozenset(name for path in _files(sources) for name in _imported(path))


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_dir():
            yield from sorted(source.rglob("*.py"))
        elif source.is_file():
            yield source


def _imported(path: Path) -> Iterator[str]:
    text = path.read_bytes()
    if PACKAGE.encode() not in text:
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith(f"{PACKAGE}."))
        elif not isinstance(node, ast.ImportFrom) or node.level:
            continue
        elif node.module == PACKAGE:
            yield from (alias.name for alias in node.names)
        elif (node.module or "").startswith(f"{PACKAGE}."):
            yield (node.module or "").split(".")[1]


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement at any depth; skipping expressions makes this fast."""
    for name in _BLOCKS:
        for node in getattr(tree, name, ()):
            yield node
            yield from _statements(node)
